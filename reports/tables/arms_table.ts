// What each arm did: requests, errors by kind, time and rates; requests that admission control refused where there are some.

import type { ArmSummary, RunSummary } from "../../harness/measure/run_summary.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { formatCount, formatNumber, formatSeconds } from "../wording/format_value.ts";
import { cell, left, type ReportTable, right } from "./report_table.ts";

export function armsTable({ arms }: RunSummary): ReportTable {
  const any_rejected = arms.some((arm) => arm.rejected > 0);
  const labels = labelArms(arms.map((arm) => arm.name));
  return {
    title: "Throughput",
    columns: [
      left(labels.column),
      right("requests"),
      ...(any_rejected ? [right("rejected")] : []),
      right("errors"),
      right("duration"),
      right("requests_per_s"),
      right("input_tokens_per_s"),
      right("output_tokens_per_s"),
    ],
    rows: arms.map((arm) => [
      cell(labels.of(arm.name)),
      cell(formatCount(arm.requests)),
      ...(any_rejected ? [cell(formatCount(arm.rejected))] : []),
      cell(describeErrors(arm), arm.errors > 0 ? "bad" : undefined),
      cell(formatSeconds(arm.duration_s)),
      cell(formatNumber(arm.throughput.requests_per_s)),
      cell(formatNumber(arm.throughput.input_tokens_per_s)),
      cell(formatNumber(arm.throughput.output_tokens_per_s)),
    ]),
  };
}

/** `5: 3 timeout, 2 connection`. */
function describeErrors({ errors, errors_by_code = {} }: ArmSummary): string {
  const kinds = Object.entries(errors_by_code).map(([code, count]) => `${formatCount(count)} ${code}`);
  return kinds.length === 0 ? formatCount(errors) : `${formatCount(errors)}: ${kinds.join(", ")}`;
}
