// One arm's part of summary.json: all its runs pooled. Latencies, tokens and hits come from the client's records; bytes and
// store counters from the processes' metrics. Failed requests count as errors and in nothing else.

import type { RequestRecord } from "../domain/request_record.ts";
import { NS_PER_S } from "../domain/units.ts";
import { describeSamples } from "../stats/distribution.ts";
import type { ArmRun } from "./arm_run.ts";
import { armCounter } from "./arm_scrapes.ts";
import { errorsByCode } from "./errors_by_code.ts";
import { goodputOf } from "./goodput.ts";
import { LATENCY_METRIC_DEFINITIONS } from "./latency_metrics.ts";
import { balanceLedger } from "./ledger.ts";
import { isAvailable, na } from "./measured.ts";
import { ENGINE_SERIES, OWNER_SERIES } from "./metric_names.ts";
import { summarisePaths } from "./path_summary.ts";
import type { ArmSummary, Distribution, LatencyMetric, LatencyObjectives, Measured } from "./run_summary.ts";
import { summariseStages } from "./stage_summary.ts";
import { summariseStore } from "./store_summary.ts";
import { summariseTiers } from "./tier_summary.ts";
import { summariseTurns } from "./turn_summary.ts";

export interface ArmInput {
  readonly name: string;
  readonly factors: Readonly<Record<string, string>>;
  /** Tokens of one KV block. */
  readonly block_tokens: number;
  /** Objects that one block is stored as: one per rank namespace. */
  readonly keys_per_block: number;
  /** Ceiling of the workload: a cache without limit. */
  readonly theoretical_hit_ratio: Measured;
  /** Absent: none. */
  readonly objectives?: LatencyObjectives;
  /** One per pair, each on a stack of its own. */
  readonly runs: readonly ArmRun[];
}

export function summariseArm(arm: ArmInput): ArmSummary {
  const { runs } = arm;
  const records = runs.flatMap((run) => run.records);
  const finished = records.filter((record) => record.error === null);
  const rejected = records.filter((record) => record.error?.code === "rejected").length;
  const paths = summarisePaths(runs);
  const duration_s = runs.reduce((sum, run) => sum + run.duration_ns, 0) / NS_PER_S;
  const goodput = goodputOf(records, duration_s, arm.objectives ?? {});
  const errors_by_code = errorsByCode(records);
  return {
    name: arm.name,
    factors: arm.factors,
    requests: records.length,
    rejected,
    errors: records.length - finished.length - rejected,
    duration_s,
    metrics: summariseLatencies(finished),
    throughput: throughputOf(finished, duration_s),
    ...(goodput === undefined ? {} : { goodput }),
    ...(errors_by_code === undefined ? {} : { errors_by_code }),
    tiers: summariseTiers(runs, rejected > 0 ? CEILING_OF_ALL : arm.theoretical_hit_ratio),
    store: summariseStore(runs),
    ledger: balanceLedger(arm),
    stale_reads: armCounter(runs, "engines", ENGINE_SERIES.stale_reads),
    corrupt_reads: armCounter(runs, "engines", ENGINE_SERIES.corrupt_reads),
    faults: listFaults(runs),
    turns: summariseTurns(finished),
    stages: summariseStages(finished),
    ...(paths.length === 0 ? {} : { paths }),
  };
}

const CEILING_OF_ALL = na("some requests were rejected, and the ceiling is of all");

function summariseLatencies(finished: readonly RequestRecord[]): ArmSummary["metrics"] {
  const of = (name: LatencyMetric): Measured<Distribution> => {
    const samples = finished.flatMap((record) => LATENCY_METRIC_DEFINITIONS[name].of(record));
    return samples.length === 0 ? na(`no request has a ${name}`) : describeSamples(samples);
  };
  return {
    ttft_ms: of("ttft_ms"),
    tpot_ms: of("tpot_ms"),
    itl_ms: of("itl_ms"),
    e2el_ms: of("e2el_ms"),
    schedule_lag_ms: of("schedule_lag_ms"),
  };
}

/** Work of finished requests over the time of the runs. An arm that ran for no time did nothing. */
export function throughputOf(
  finished: readonly RequestRecord[],
  duration_s: number,
): ArmSummary["throughput"] {
  const perSecond = (amount: number): number => (duration_s > 0 ? amount / duration_s : 0);
  return {
    requests_per_s: perSecond(finished.length),
    input_tokens_per_s: perSecond(finished.reduce((sum, record) => sum + record.input_tokens, 0)),
    output_tokens_per_s: perSecond(finished.reduce((sum, record) => sum + record.output_tokens, 0)),
  };
}

/** What the runs reported, and what the engines' counters give away. */
function listFaults(runs: readonly ArmRun[]): string[] {
  const reported = runs.flatMap((run) => run.faults.map((fault) => `pair ${run.pair_index}: ${fault}`));
  const absorbed = [
    countFault(armCounter(runs, "engines", ENGINE_SERIES.recomputed_requests), RECOMPUTED),
    countFault(armCounter(runs, "engines", ENGINE_SERIES.failed_pulls), FAILED_PULLS),
    countFault(armCounter(runs, "owners", OWNER_SERIES.disk_errors), DISK_ERRORS),
  ];
  return [...reported, ...absorbed.filter((fault) => fault !== null)];
}

const RECOMPUTED = "requests lost a load from the store and computed the blocks again";
const FAILED_PULLS =
  "pulls of a prefill engine's blocks failed (corrupt, gone or no longer held) and the prompts were computed again";
const DISK_ERRORS =
  "disk operations of owners failed (their logs say how); those copies never reached the disk tier";

/** Null: none was counted, or nobody counts it. */
function countFault(count: Measured, what: string): string | null {
  return isAvailable(count) && count > 0 ? `${count} ${what}` : null;
}
