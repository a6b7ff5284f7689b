// What to try next, from what the run says of itself.

import type { RunSummary } from "../../harness/measure/run_summary.ts";
import type { ReportInput } from "../report_input.ts";
import { type ComparedPair, groupComparisons } from "./compared_pairs.ts";
import { headlineOf } from "./headline.ts";

export function nextSteps(input: ReportInput): string[] {
  const { summary } = input;
  const compared = groupComparisons(summary);
  if (!headlineOf(input).valid) {
    return ["Remove the reasons above, then run again: this run decides nothing.", ...errorSteps(summary)];
  }
  return [
    ...errorSteps(summary),
    ...adviceLines(compared),
    ...(compared.length === 0
      ? ["Compare a switch: bun run bench … --ab factor=level,level (see --help)."]
      : []),
    ...faultSteps(summary),
  ];
}

/** The same advice is given once, with what it is for: `Run 4 more pairs … (off → local: ttft_ms_p90, ttft_ms_p99)`. */
function adviceLines(compared: readonly ComparedPair[]): string[] {
  const advised = compared.flatMap((pair) =>
    pair.rows.flatMap(({ metric, advice }) =>
      advice === null ? [] : [{ title: pair.title, metric, advice }],
    ),
  );
  return [...Map.groupBy(advised, ({ advice }) => advice)].map(([advice, rows]) => {
    const by_pair = [...Map.groupBy(rows, ({ title }) => title)];
    const purposes = by_pair.map(
      ([title, same]) => `${title}: ${same.map(({ metric }) => metric).join(", ")}`,
    );
    return `${advice.slice(0, 1).toUpperCase()}${advice.slice(1)} (${purposes.join("; ")}).`;
  });
}

function errorSteps({ arms }: RunSummary): string[] {
  const failing = arms.filter((arm) => arm.errors > 0);
  if (failing.length === 0) return [];
  const counts = failing.map((arm) => `${arm.name}: ${arm.errors} of ${arm.requests}`).join(", ");
  return [`Look into the failed requests (${counts}): the error field of requests.jsonl, and logs/.`];
}

function faultSteps({ arms }: RunSummary): string[] {
  return arms.some((arm) => arm.faults.length > 0)
    ? ["Faults happened while this was measured: compare with a run without them."]
    : [];
}
