// How much a counter grew over a run, summed over processes. A counter that one process does not export is missing, not 0;
// so is one of a process that was gone at the end, or that restarted in between (its counter went down).

import type { ProcessScrape } from "./arm_run.ts";
import { na } from "./measured.ts";
import type { Labels, Samples } from "./prometheus_text.ts";
import type { Measured } from "./run_summary.ts";

export function counterDelta(scrapes: readonly ProcessScrape[], name: string, labels: Labels = {}): Measured {
  if (scrapes.length === 0) return na(`no process exports ${name}`);
  let total = 0;
  for (const scrape of scrapes) {
    const grown = growth(scrape, name, labels);
    if (typeof grown !== "number") return grown;
    total += grown;
  }
  return total;
}

function growth(scrape: ProcessScrape, name: string, labels: Labels): Measured {
  const { process, before, after } = scrape;
  if (before === null) return na(`${process} was not scraped before the load`);
  if (after === null) return na(`${process} could not be scraped after the load`);
  const end = seriesValue(after, name, labels);
  if (end === undefined) return na(`${process} does not export ${name}`);
  const start = seriesValue(before, name, labels) ?? 0; // a counter shows up when it first counts
  return end < start ? na(`${process} restarted: ${name} went from ${start} to ${end}`) : end - start;
}

/** A family that is exported without these labels has not counted for them yet: 0. */
function seriesValue(samples: Samples, name: string, labels: Labels): number | undefined {
  return samples.sum(name, labels) ?? (samples.has(name) ? 0 : undefined);
}
