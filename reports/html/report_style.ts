// The page's style sheet. Colours are variables with a light and a dark value; print is light. Text is set by the system's own
// fonts, so that the file needs nothing from outside.

/** Colours of what charts draw, on a light page and in print. */
const SERIES_ON_LIGHT = `--arm-0: #4a5563; --arm-1: #1f6fb5; --arm-2: #cc5a17; --arm-3: #2f8a4c; --arm-4: #b03272;
  --arm-5: #7053b8; --arm-6: #8f6f10; --arm-7: #14868f; --arm-8: #a8392f; --arm-9: #6b7d2a;
  --tier-hbm: #1f6fb5; --tier-cpu: #3f9e8f; --tier-disk: #d29a2d; --tier-miss: #c9cbc6;
  --stage-0: #a9b0b8; --stage-1: #7a5fb8; --stage-2: #3f9e8f; --stage-3: #2c6b45; --stage-4: #1f6fb5; --stage-5: #d29a2d; --stage-6: #d3d4cf; --stage-7: #b5507f;`;

export const REPORT_STYLE: string = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfb; --panel: #f5f5f1; --ink: #1c1e21; --quiet: #5d646e; --rule: #dedfda; --link: #1f5fa8;
  --good: #17703f; --bad: #b3261e; --unsure: #865c00; --bad-paper: #fbe9e7;
  ${SERIES_ON_LIGHT}
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --panel: #1e2125; --ink: #e7e8ea; --quiet: #a0a7b1; --rule: #34383e; --link: #85b8f0;
    --good: #64cf97; --bad: #ff8b80; --unsure: #e2b54c; --bad-paper: #3a1f1d;
    --arm-0: #a9b4c2; --arm-1: #6fb1f0; --arm-2: #f2975c; --arm-3: #72cc8c; --arm-4: #ec86b6;
    --arm-5: #b29df0; --arm-6: #d4b85a; --arm-7: #5fcdd4; --arm-8: #f08d84; --arm-9: #b4c96a;
    --tier-hbm: #5aa2e6; --tier-cpu: #5cc0b0; --tier-disk: #e0b35a; --tier-miss: #4a4f56;
    --stage-0: #7c8590; --stage-1: #a892e8; --stage-2: #5cc0b0; --stage-3: #4f9e6d; --stage-4: #5aa2e6; --stage-5: #e0b35a; --stage-6: #4a4f56; --stage-7: #d98aad;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; font-weight: 650; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--rule); font-weight: 650; }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; font-weight: 650; }
p { margin: .5rem 0; max-width: 46rem; }
ul, ol { margin: .5rem 0; padding-left: 1.25rem; max-width: 46rem; }
li { margin: .2rem 0; overflow-wrap: anywhere; }
a { color: var(--link); }
code, pre { font: .875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { background: var(--panel); padding: .75rem 1rem; overflow-x: auto; border-radius: 4px; }
small, .quiet, .missing { color: var(--quiet); }
.meta { color: var(--quiet); margin: 0 0 1.5rem; max-width: none; }
nav { margin: 1.5rem 0 0; font-size: .9rem; display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; }
nav a { text-decoration: none; padding: .2rem 0; }
nav a:hover { text-decoration: underline; }
.banner { border-left: 5px solid var(--good); background: var(--panel); padding: .8rem 1.1rem; border-radius: 0 4px 4px 0; }
.banner strong { color: var(--good); }
.banner.invalid { border-color: var(--bad); background: var(--bad-paper); }
.banner.invalid strong { color: var(--bad); font-size: 1.2rem; }
.finding { margin: 1.1rem 0; max-width: 46rem; }
.finding p { margin: .15rem 0; }
.finding .title { font-weight: 650; }
.finding .sentence { font-size: 1.1rem; }
.finding.many { max-width: none; }
.finding.many .sentence { font-size: 1rem; }
.finding.many p { max-width: none; }
.chip { display: inline-block; padding: 0 .5em; border: 1px solid currentColor; border-radius: 1em; font-size: .85rem; font-weight: 600; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .unsure { color: var(--unsure); }
.provenance { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2rem; margin: 1.5rem 0 0; font-size: .925rem; }
.provenance h2 { font-size: .925rem; margin: 0; border: 0; padding: 0; }
.provenance ul { margin: .2rem 0 0; }
.scroll { overflow-x: auto; margin: .75rem 0 1rem; }
.scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .9rem; line-height: 1.35; min-width: 100%; }
th, td { padding: .32rem .75rem .32rem 0; text-align: left; vertical-align: baseline; }
th:last-child, td:last-child { padding-right: .25rem; }
th { color: var(--quiet); font-weight: 500; border-bottom: 1px solid var(--quiet); vertical-align: bottom; font-size: .95em; }
td { border-bottom: 1px solid var(--rule); }
tr.block td { border-top: 2px solid var(--rule); }
.num { text-align: right; }
.unbroken { white-space: nowrap; }
td.na { min-width: 11rem; }
td.na small { display: inline-block; }
td.good, td.bad { font-weight: 600; }
.checks td:nth-child(2) { min-width: 15rem; }
td.repeat { color: transparent; }
td[style*="--share"] {
  background: linear-gradient(color-mix(in srgb, var(--tier-hbm) 24%, transparent) 0 0) no-repeat content-box left / var(--share) 100%;
}
figure { margin: 1.5rem 0 2rem; break-inside: avoid; }
figcaption { margin: 0 0 .5rem; max-width: 46rem; }
figure svg { width: 100%; height: auto; display: block; }
figure svg.narrow { display: none; }
figure svg text { font-family: inherit; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; padding: 0; margin: .25rem 0 .5rem; font-size: .9rem; max-width: none; }
.legend li { display: flex; align-items: center; gap: .45rem; margin: 0; }
.key { flex: none; width: 1.6rem; height: 0; border-top: 3px solid var(--key); }
.key.dashed { border-top-style: dashed; } .key.dotted { border-top-style: dotted; }
.key.area { width: .85rem; height: .85rem; border: 0; border-radius: 2px; background: var(--key); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.key.tick { width: 0; height: 1rem; border: 0; border-left: 3px solid var(--key); }
dl { max-width: 46rem; } dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0; }
summary { cursor: pointer; color: var(--link); font-size: .9rem; padding: .2rem 0; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
@media (max-width: 640px) {
  body { padding: 1.25rem 1rem 3rem; }
  .provenance { grid-template-columns: 1fr; gap: .75rem; }
  figure svg.wide { display: none; }
  figure svg.narrow { display: block; }
  th, td { padding-right: .6rem; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --panel: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --link: #000;
    --good: #17703f; --bad: #b3261e; --unsure: #865c00; --bad-paper: #fff;
    ${SERIES_ON_LIGHT}
  }
  body { font-size: 10.5pt; max-width: none; padding: 0; }
  nav, details:not([open]) { display: none; }
  figure svg.wide { display: block; } figure svg.narrow { display: none; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  tr, .finding { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
`;
