// What to try next, from what the run says of itself.

import type { Comparison, RunSummary } from "../../harness/measure/run_summary.ts";
import type { ReportInput } from "../report_input.ts";
import { type ComparedPair, groupComparisons } from "./compared_pairs.ts";
import { headlineOf } from "./headline.ts";

export function nextSteps(input: ReportInput): string[] {
  const { summary } = input;
  const compared = groupComparisons(summary);
  return [
    ...(headlineOf(input).valid
      ? []
      : ["Remove the reasons above and run again; nothing below decides anything."]),
    ...errorSteps(summary),
    ...compared.flatMap((pair) => adviceLines(pair).map((line) => `${pair.title}: ${line}`)),
    ...(compared.length === 0
      ? ["Compare a switch: bun run bench … --ab factor=level,level (see --help)."]
      : []),
    ...faultSteps(summary),
  ];
}

/** Rows with the same advice are named together: `ttft_ms_p90, ttft_ms_p99: run 4 more pairs …` */
export function adviceLines({ rows }: ComparedPair): string[] {
  const advised = rows.filter((row): row is Comparison & { advice: string } => row.advice !== null);
  const groups = Map.groupBy(advised, (row) => row.advice);
  return [...groups].map(([advice, same]) => `${same.map((row) => row.metric).join(", ")}: ${advice}`);
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
