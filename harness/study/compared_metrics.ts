// What arms are compared on, fixed in advance.
//
// Hit ratios are cumulative ("served from this tier or a faster one"): hit_ratio_hbm, hit_ratio_hbm_cpu, and hit_ratio of all
// tiers. Only so is more always better; a hit that moves from disk to memory would make a disk ratio of its own look worse.

import type { RequestRecord } from "../domain/request_record.ts";
import { TIERS, type Tier } from "../domain/tier.ts";
import { NS_PER_S } from "../domain/units.ts";
import type { ArmRun } from "../measure/arm_run.ts";
import { armCounter } from "../measure/arm_scrapes.ts";
import { throughputOf } from "../measure/arm_summary.ts";
import { E2EL_MS } from "../measure/e2el_ms.ts";
import { cachedTokens } from "../measure/hit_tokens.ts";
import type { LatencyMetricDefinition } from "../measure/latency_metric.ts";
import { isAvailable } from "../measure/measured.ts";
import { ENGINE_SERIES } from "../measure/metric_names.ts";
import { localPutRatio } from "../measure/store_summary.ts";
import { TPOT_MS } from "../measure/tpot_ms.ts";
import { TTFT_MS } from "../measure/ttft_ms.ts";
import {
  meanOfSessions,
  quantileOfSessions,
  ratioOfSessions,
  type SessionRatio,
  type SessionSamples,
  type SessionStatistic,
} from "../stats/session_statistic.ts";
import { type ComparedMetric, runMetric, sessionMetric } from "./compared_metric.ts";

export const COMPARED_METRICS: readonly ComparedMetric[] = [
  latency(TTFT_MS, "mean", meanOfSessions),
  latency(TTFT_MS, "p50", quantileOfSessions(0.5)),
  latency(TTFT_MS, "p90", quantileOfSessions(0.9)),
  latency(TTFT_MS, "p99", quantileOfSessions(0.99)),
  latency(TPOT_MS, "mean", meanOfSessions),
  latency(E2EL_MS, "mean", meanOfSessions),
  latency(E2EL_MS, "p90", quantileOfSessions(0.9)),
  hitRatio("hit_ratio", TIERS),
  hitRatio("hit_ratio_hbm", ["hbm"]),
  hitRatio("hit_ratio_hbm_cpu", ["hbm", "cpu"]),
  runMetric({ metric: "requests_per_s", goodness: "higher", unit: "percent" }, (run) =>
    positive(runThroughput(run).requests_per_s),
  ),
  runMetric({ metric: "output_tokens_per_s", goodness: "higher", unit: "percent" }, (run) =>
    positive(runThroughput(run).output_tokens_per_s),
  ),
  runMetric({ metric: "local_put_ratio", goodness: "higher", unit: "points" }, (run) => {
    const ratio = localPutRatio([run]);
    return isAvailable(ratio) ? ratio : null;
  }),
  runMetric({ metric: "stale_read_ratio", goodness: "lower", unit: "points" }, staleReadRatio),
];

/** Of the blocks read from the store, those of older weights. Null where nothing was read. */
function staleReadRatio(run: ArmRun): number | null {
  const stale_reads = armCounter([run], "engines", ENGINE_SERIES.stale_reads);
  const get_keys = armCounter([run], "engines", ENGINE_SERIES.get_keys);
  if (!isAvailable(stale_reads) || !isAvailable(get_keys) || get_keys === 0) return null;
  return stale_reads / get_keys;
}

function latency(
  definition: LatencyMetricDefinition,
  statistic_name: string,
  statistic: SessionStatistic<SessionSamples>,
): ComparedMetric {
  return sessionMetric(
    { metric: `${definition.name}_${statistic_name}`, goodness: "lower", unit: "percent" },
    (records) => records.flatMap((record) => definition.of(record)),
    statistic,
  );
}

/** Token-weighted over prompts. A session with a response that does not report its cached tokens has no ratio. */
function hitRatio(metric: string, tiers: readonly Tier[]): ComparedMetric {
  return sessionMetric(
    { metric, goodness: "higher", unit: "points" },
    (records) => sumHits(records, tiers),
    ratioOfSessions,
  );
}

function sumHits(records: readonly RequestRecord[], tiers: readonly Tier[]): SessionRatio | null {
  let numerator = 0;
  let denominator = 0;
  for (const record of records) {
    const hits = tiers.length === TIERS.length ? cachedTokens(record) : hitsOf(record, tiers);
    if (hits === null) return null;
    numerator += hits;
    denominator += record.input_tokens;
  }
  return { numerator, denominator };
}

function hitsOf({ cached_tokens }: RequestRecord, tiers: readonly Tier[]): number | null {
  return cached_tokens === null ? null : tiers.reduce((sum, tier) => sum + cached_tokens[tier], 0);
}

function runThroughput(run: ArmRun): ReturnType<typeof throughputOf> {
  const finished = run.records.filter((record) => record.error === null);
  return throughputOf(finished, run.duration_ns / NS_PER_S);
}

/** A run that finished nothing has no rate to compare. */
function positive(rate: number): number | null {
  return rate > 0 ? rate : null;
}
