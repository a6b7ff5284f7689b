// The top of the page: may it be believed, what did the switch do, what was real and what was modelled.

import type { ReportInput } from "../report_input.ts";
import { MANY_CANDIDATES } from "../wording/compared_pairs.ts";
import { type Finding, type Headline, headlineOf } from "../wording/headline.ts";
import { nextSteps } from "../wording/next_steps.ts";
import { switchLine } from "../wording/switch_line.ts";
import { VERDICT_WORDS } from "../wording/verdict_words.ts";
import { breakable } from "./breakable.ts";
import { type Html, html } from "./html.ts";
import { htmlList } from "./html_list.ts";

export function verdictSection(input: ReportInput): Html {
  const { manifest, summary } = input;
  const headline = headlineOf(input);
  return html`<header>
<h1>${breakable(summary.scenario)}</h1>
<p class="meta">${[summary.runtime, manifest.started_at, `tierbench ${manifest.versions.tierbench}`].join(" · ")}</p>
${banner(headline)}
${switchLine(manifest) === "" ? null : html`<p>${switchLine(manifest)}</p>`}
${headline.findings.map((finding) => findingBlock(finding, headline.findings.length))}
${provenance(input)}
</header>
${steps(nextSteps(input))}`;
}

function banner({ valid, banner: text, reasons }: Headline): Html {
  if (valid) return html`<div class="banner"><strong>${text}</strong></div>`;
  return html`<div class="banner invalid" role="alert"><strong>${text}</strong>
${htmlList(reasons)}</div>`;
}

function findingBlock({ title, verdict, sentence, meaning, tally }: Finding, findings: number): Html {
  const chip =
    verdict === null
      ? null
      : html` <span class="chip ${VERDICT_WORDS[verdict].tone}">${VERDICT_WORDS[verdict].words}</span>`;
  return html`<div class="finding${findings > MANY_CANDIDATES ? " many" : ""}"><p class="title">${title}${chip}</p>
<p class="sentence">${sentence}</p>
${meaning === "" ? null : html`<p>${meaning}</p>`}
${tally === "" ? null : html`<p class="quiet">${tally}</p>`}</div>
`;
}

function provenance({ summary: { real, modelled } }: ReportInput): Html {
  const list = (title: string, items: readonly string[]): Html => html`<div><h2>${title}</h2>
${htmlList(items.length === 0 ? ["nothing"] : items)}</div>
`;
  return html`<div class="provenance">${list("What was real", real)}${list("What was modelled", modelled)}</div>`;
}

function steps(lines: readonly string[]): Html {
  if (lines.length === 0) return html``;
  return html`<h3>What to try next</h3>
${htmlList(lines)}
`;
}
