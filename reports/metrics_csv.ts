// The summary's figures in long form: one line per arm and metric, with the reason where there is no value. A reader filters by
// metric; arms of later versions may have metrics that older ones have not.

import { TIERS } from "../harness/domain/tier.ts";
import { isAvailable, na } from "../harness/measure/measured.ts";
import {
  type ArmSummary,
  LATENCY_METRICS,
  type Measured,
  type RunSummary,
} from "../harness/measure/run_summary.ts";
import { csvTable } from "./data/csv_table.ts";

export function metricsCsv({ valid, arms }: RunSummary): string {
  const rows = arms.flatMap((arm) =>
    metricsOf(arm).map(([metric, value]) => [
      arm.name,
      metric,
      isAvailable(value) ? value : null,
      isAvailable(value) ? null : value.na,
      valid,
    ]),
  );
  return csvTable(["arm", "metric", "value", "na", "run_is_valid"], rows);
}

type NamedValue = readonly [metric: string, value: Measured];

function metricsOf(arm: ArmSummary): NamedValue[] {
  const { requests, rejected, errors, duration_s, stale_reads, corrupt_reads } = arm;
  return [
    ...Object.entries({ requests, rejected, errors, duration_s, ...arm.throughput }),
    ...goodputOf(arm),
    ...LATENCY_METRICS.flatMap((metric): NamedValue[] => {
      const value = arm.metrics[metric];
      if (!isAvailable(value)) return [[metric, value]];
      return Object.entries(value).map(([statistic, number]) => [`${metric}_${statistic}`, number]);
    }),
    ...TIERS.flatMap((tier) =>
      Object.entries(arm.tiers[tier]).map(([field, value]): NamedValue => [`${tier}_${field}`, value]),
    ),
    ["miss_tokens", arm.tiers.miss.tokens],
    ["miss_ratio", arm.tiers.miss.ratio],
    ["theoretical_hit_ratio", arm.tiers.theoretical_hit_ratio],
    ...Object.entries({ ...arm.store, stale_reads, corrupt_reads }),
    ...arm.stages.map(({ stage, mean_ms }): NamedValue => [`${stage}_ms_mean`, mean_ms]),
  ];
}

function goodputOf({ goodput }: ArmSummary): NamedValue[] {
  const none = na("no objective");
  return [
    ["good_requests", goodput?.good_requests ?? none],
    ["goodput_ratio", goodput?.ratio ?? none],
    ["goodput_requests_per_s", goodput?.requests_per_s ?? none],
  ];
}
