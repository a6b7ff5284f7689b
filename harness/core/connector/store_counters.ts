// What the connector did with the store, since start. Names as in the engine's snapshot.

import { present } from "../../domain/assert.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import type { GetOutcome } from "./store_api.ts";

export class StoreCounters {
  get_batches = 0;
  /** Attempted; the keys behind a failed GET are unattempted. */
  get_keys = 0;
  failed_get_keys = 0;
  unattempted_get_keys = 0;
  /** Loads that took more than one GET. */
  split_batches = 0;
  put_batches = 0;
  put_keys = 0;
  failed_put_keys = 0;
  stale_reads = 0;
  corrupt_reads = 0;
  remote_load_bytes = 0;
  readonly load_bytes: { cpu: number; disk: number } = { cpu: 0, disk: 0 };

  /** [ranks], keys that arrived and keys that were stored, by the rank that moved them. */
  readonly loaded_keys_by_rank: number[];
  readonly put_keys_by_rank: number[];

  constructor(ranks: number) {
    this.loaded_keys_by_rank = new Array<number>(ranks).fill(0);
    this.put_keys_by_rank = new Array<number>(ranks).fill(0);
  }

  countGet(tp_rank: number, outcomes: readonly GetOutcome[]): void {
    this.get_batches++;
    this.get_keys += outcomes.length;
    let loaded_keys = 0;
    for (const outcome of outcomes) {
      if (outcome.stale) this.stale_reads++;
      if (outcome.code === STORE_CODE.CHECKSUM_MISMATCH) this.corrupt_reads++;
      if (outcome.code < 0) {
        this.failed_get_keys++;
        continue;
      }
      loaded_keys++;
      this.load_bytes[outcome.tier ?? "cpu"] += outcome.code;
      if (outcome.remote) this.remote_load_bytes += outcome.code;
    }
    addTo(this.loaded_keys_by_rank, tp_rank, loaded_keys);
  }

  countPut(tp_rank: number, keys: number, failed_keys: number): void {
    this.put_batches++;
    this.put_keys += keys;
    this.failed_put_keys += failed_keys;
    addTo(this.put_keys_by_rank, tp_rank, keys - failed_keys);
  }
}

function addTo(counts: number[], tp_rank: number, keys: number): void {
  counts[tp_rank] = present(counts[tp_rank], "a rank of the engine moves keys") + keys;
}
