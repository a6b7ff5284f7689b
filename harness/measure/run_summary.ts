// summary.json: the contract of a run's result (DESIGN.md, "Run directory"). Missing is never 0: a value that could not
// be had is { na: why } and is printed `n/a (why)`.

import type { DataPath, PathErrand } from "../domain/data_path.ts";
import type { PerTier } from "../domain/tier.ts";
import type { DeltaUnit } from "../stats/change.ts";
import type { Distribution } from "../stats/distribution.ts";
import type { Verdict } from "../stats/verdict.ts";

export type { DeltaUnit, Distribution, Verdict };

export interface NotAvailable {
  readonly na: string;
}
export type Measured<T = number> = T | NotAvailable;

export const SUMMARY_SCHEMA_VERSION = 1;

/** endpoint: servers that somebody else runs, measured as they are. */
export type RuntimeName = "live" | "sim" | "cluster" | "endpoint";

export interface RunSummary {
  readonly schema_version: typeof SUMMARY_SCHEMA_VERSION;
  readonly scenario: string;
  readonly runtime: RuntimeName;
  readonly valid: boolean;
  readonly validity: readonly ValidityCheck[];
  readonly arms: readonly ArmSummary[];
  readonly comparisons: readonly Comparison[];
  /** `--runtime both`: what the simulator said of the same arms on the same seeds. */
  readonly prediction?: readonly PredictedValue[];
  readonly real: readonly string[];
  readonly modelled: readonly string[];
}

export interface PredictedValue {
  readonly arm: string;
  /** `ttft_ms_p50`, `ttft_in_queue_ms_mean`, `hit_tokens_cpu`, … */
  readonly metric: string;
  readonly live: number;
  readonly sim: number;
  /** Of the live value, and of a stage of TTFT of the live mean TTFT; undefined when that is 0 and the prediction is not. */
  readonly error_pct?: number;
}

export interface ValidityCheck {
  readonly check: string;
  /** Null: it does not apply to this run, and the detail says why. It is neither passed nor failed. */
  readonly ok: boolean | null;
  readonly detail: string;
  /** Of a check that failed: what to change before the run is repeated. */
  readonly next_step?: string;
}

export const LATENCY_METRICS = ["ttft_ms", "tpot_ms", "itl_ms", "e2el_ms", "schedule_lag_ms"] as const;
export type LatencyMetric = (typeof LATENCY_METRICS)[number];

export interface ArmSummary {
  readonly name: string;
  readonly factors: Readonly<Record<string, string>>;
  readonly requests: number;
  /** Refused by admission control (429): neither served nor failed. */
  readonly rejected: number;
  readonly errors: number;
  readonly duration_s: number;
  readonly metrics: Readonly<Record<LatencyMetric, Measured<Distribution>>>;
  readonly throughput: {
    readonly requests_per_s: number;
    readonly input_tokens_per_s: number;
    readonly output_tokens_per_s: number;
  };
  /** Absent: the run was given no objective (slo.ttft_ms and its like). */
  readonly goodput?: GoodputSummary;
  /** Failed requests by the code of their error. Absent: none failed. */
  readonly errors_by_code?: Readonly<Record<string, number>>;
  readonly tiers: PerTier<TierSummary> & {
    readonly miss: { readonly tokens: Measured; readonly ratio: Measured };
    readonly theoretical_hit_ratio: Measured;
  };
  readonly store: {
    readonly get_batches: Measured;
    readonly get_keys: Measured;
    readonly put_batches: Measured;
    readonly put_keys: Measured;
    readonly split_batches: Measured;
    readonly evicted_keys: Measured;
    readonly offloaded_keys: Measured;
    /** Of KV that was read from another node's memory or disk: what only a shared store can give. */
    readonly remote_read_bytes: Measured;
    readonly local_put_ratio: Measured;
  };
  readonly ledger: Ledger;
  readonly stale_reads: Measured;
  readonly corrupt_reads: Measured;
  readonly faults: readonly string[];
  readonly turns: readonly TurnSummary[];
  readonly stages: readonly { readonly stage: string; readonly mean_ms: Measured }[];
  /** Absent: no engine counts what it moves (simulated, or seen from outside). */
  readonly paths?: readonly PathUse[];
}

/** Of one pair of nodes, in either direction, or of one node with itself. */
export interface PathUse {
  /** In the order of their names. */
  readonly nodes: readonly [string, string];
  readonly errand: PathErrand;
  readonly path: DataPath;
  readonly bytes: Measured;
}

/** Most that a request may take; absent: any time. */
export interface LatencyObjectives {
  readonly ttft_ms?: number;
  readonly tpot_ms?: number;
  readonly e2el_ms?: number;
}

export interface GoodputSummary {
  readonly objectives: LatencyObjectives;
  readonly good_requests: number;
  /** good_requests ÷ all requests of the arm. */
  readonly ratio: number;
  readonly requests_per_s: number;
}

export interface TierSummary {
  readonly hit_tokens: Measured;
  readonly hit_ratio: Measured;
  readonly bytes: Measured;
  readonly load_ms_p50: Measured;
}

export interface TurnSummary {
  readonly turn_index: number;
  readonly requests: number;
  readonly ttft_ms_mean: Measured;
  readonly hit_ratio: PerTier<Measured>;
}

/** The same tokens counted by three witnesses. Every row must agree, or the run is refused. */
export interface Ledger {
  /** Null: nobody but the client counts, and there is nothing to balance. */
  readonly balanced: boolean | null;
  readonly rows: readonly {
    readonly what: string;
    readonly client: Measured;
    readonly engine: Measured;
    readonly store: Measured;
    readonly agrees: boolean;
    /** Of a row whose counts differ: what excuses it, if anything does. */
    readonly detail?: string;
  }[];
}

export interface Comparison {
  readonly factor: string;
  readonly baseline: string;
  readonly candidate: string;
  /** `ttft_ms_mean`, `e2el_ms_p90`, `hit_ratio`, … */
  readonly metric: string;
  readonly baseline_value: number;
  readonly candidate_value: number;
  /**
   * The unit of delta_pct and ci95_pct: "percent" of the baseline value, or for ratios in [0, 1] percentage "points"
   * (candidate − baseline, × 100). Absent means percent.
   */
  readonly delta_unit?: DeltaUnit;
  readonly delta_pct: number;
  readonly ci95_pct: readonly [number, number];
  /** Two-level bootstrap (pairs, then sessions), beside the interval that decides; absent for values of whole runs. */
  readonly bootstrap95_pct?: readonly [number, number];
  readonly pairs: number;
  /** Of "no change", two-sided; p_holm is adjusted for all comparisons of the run. Absent with fewer than two pairs. */
  readonly p_value?: number;
  readonly p_holm?: number;
  /**
   * Of the same, by the sign-flip test over pairs, which does not assume normality; stands beside p_value and decides nothing.
   * At least 2 / 2^pairs. Absent with fewer than two pairs.
   */
  readonly p_sign_flip?: number;
  readonly verdict: Verdict;
  /** Of an inconclusive one: pairs in all of a new comparison that would decide. Absent: not known, or too many. */
  readonly pairs_to_decide?: number;
  /** For "inconclusive": what would decide it. */
  readonly advice: string | null;
}
