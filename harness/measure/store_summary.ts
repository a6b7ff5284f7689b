// What the arm's engines asked of the store, and what the store did on its own.

import type { ArmRun } from "./arm_run.ts";
import { armCounter } from "./arm_scrapes.ts";
import { isAvailable, ratioOf, sumOf } from "./measured.ts";
import { ENGINE_SERIES, MASTER_SERIES, NATIVE_SERIES, STORE_CLIENT_SERIES } from "./metric_names.ts";
import type { ArmSummary, Measured } from "./run_summary.ts";

export function summariseStore(runs: readonly ArmRun[]): ArmSummary["store"] {
  const engine = (series: string): Measured => armCounter(runs, "engines", series);
  return {
    get_batches: engine(ENGINE_SERIES.get_batches),
    get_keys: engine(ENGINE_SERIES.get_keys),
    put_batches: engine(ENGINE_SERIES.put_batches),
    put_keys: engine(ENGINE_SERIES.put_keys),
    split_batches: engine(ENGINE_SERIES.split_batches),
    evicted_keys: ofStore(runs, MASTER_SERIES.evicted_key_count, NATIVE_SERIES.evicted_keys),
    offloaded_keys: ofStore(runs, MASTER_SERIES.offloaded_key_count, NATIVE_SERIES.offloaded_keys),
    remote_read_bytes: engine(STORE_CLIENT_SERIES.remote_read_bytes),
    local_put_ratio: localPutRatio(runs),
  };
}

/** What the master counts of the shared store, or the engines of their own pools. */
function ofStore(runs: readonly ArmRun[], master_series: string, native_series: string): Measured {
  const of_pools = armCounter(runs, "native_engines", native_series);
  return isAvailable(of_pools) ? of_pools : armCounter(runs, "master", master_series);
}

/** Copies written to the writer's own node ÷ all copies written. */
export function localPutRatio(runs: readonly ArmRun[]): Measured {
  const local = armCounter(runs, "engines", STORE_CLIENT_SERIES.local_put_keys);
  const remote = armCounter(runs, "engines", STORE_CLIENT_SERIES.remote_put_keys);
  return ratioOf(local, sumOf([local, remote]), "nothing was put");
}
