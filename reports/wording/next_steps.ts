// What to try next, from what the run says of itself.

import type { RunSummary } from "../../harness/measure/run_summary.ts";
import type { ReportInput } from "../report_input.ts";
import { type ComparedPair, groupComparisons } from "./compared_pairs.ts";
import { headlineOf } from "./headline.ts";

export function nextSteps(input: ReportInput): string[] {
  const { summary } = input;
  const compared = groupComparisons(summary);
  if (!headlineOf(input).valid) {
    return [...repairs(summary), ...errorSteps(summary)];
  }
  const steps = [
    ...errorSteps(summary),
    ...adviceLines(compared),
    ...morePairs(compared),
    ...(compared.length === 0
      ? ["Compare a switch: bun run bench … --ab factor=level,level (see --help)."]
      : []),
    ...rejectedSteps(summary),
    ...faultSteps(summary),
  ];
  return steps.length > 0 ? steps : [settledStep(compared)];
}

/** Nothing is open. */
function settledStep(compared: readonly ComparedPair[]): string {
  const verdicts = compared.flatMap(({ rows }) => rows.map(({ verdict }) => verdict));
  return verdicts.every((verdict) => verdict === "no_difference")
    ? "No metric moved by as much as matters: try the switch where it has more to do, with another --workload, a larger working set or --profile tier_pressure."
    : "Every metric is decided: repeat it with another --seed and at the scale you run before you act on it.";
}

/** Of the checks that failed, each once. */
function repairs({ validity }: RunSummary): string[] {
  const steps = validity.flatMap(({ ok, next_step }) =>
    ok !== false || next_step === undefined ? [] : [next_step],
  );
  if (steps.length === 0) return ["Remove the reasons above, then run again: this run decides nothing."];
  return [...new Set(steps), "Then run again: this run decides nothing."];
}

/** The same advice is given once, with what it is for: `Run 4 more pairs … (off → local: ttft_ms_p90, ttft_ms_p99)`. */
function adviceLines(compared: readonly ComparedPair[]): string[] {
  const advised = compared.flatMap((pair) =>
    pair.rows.flatMap(({ metric, advice, pairs_to_decide }) =>
      advice === null || pairs_to_decide !== undefined ? [] : [{ title: pair.title, metric, advice }],
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

/** What more pairs would decide, the fewest first, in one step. */
function morePairs(compared: readonly ComparedPair[]): string[] {
  const wanted = compared.flatMap((pair) =>
    pair.rows.flatMap(({ metric, pairs_to_decide }) =>
      pairs_to_decide === undefined
        ? []
        : [{ pairs_to_decide, what: compared.length === 1 ? metric : `${metric} (${pair.title})` }],
    ),
  );
  if (wanted.length === 0) return [];
  const by_pairs = [...Map.groupBy(wanted, ({ pairs_to_decide }) => pairs_to_decide)].sort(
    ([a], [b]) => a - b,
  );
  const each = by_pairs.map(
    ([pairs, rows]) => `--pairs ${pairs} for ${rows.map(({ what }) => what).join(", ")}`,
  );
  return [`More pairs would decide what is inconclusive, as a new comparison: ${each.join("; ")}.`];
}

function errorSteps({ arms }: RunSummary): string[] {
  const failing = arms.filter((arm) => arm.errors > 0);
  if (failing.length === 0) return [];
  const counts = failing.map((arm) => `${arm.name}: ${arm.errors} of ${arm.requests}`).join(", ");
  return [`Look into the failed requests (${counts}): the error field of requests.jsonl, and logs/.`];
}

/** The latencies are those of the admitted. */
function rejectedSteps({ arms }: RunSummary): string[] {
  const refusing = arms.filter((arm) => arm.rejected > 0);
  if (refusing.length === 0) return [];
  const counts = refusing.map((arm) => `${arm.name}: ${arm.rejected} of ${arm.requests}`).join(", ");
  return [
    `Requests were refused to keep an SLO (${counts}): latencies are of the admitted ones, so compare them at equal counts.`,
  ];
}

function faultSteps({ arms }: RunSummary): string[] {
  return arms.some((arm) => arm.faults.length > 0)
    ? ["Faults happened while this was measured: compare with a run without them."]
    : [];
}
