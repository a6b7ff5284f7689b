// What the connector did with the store, since start. Names as in the engine's snapshot.

import { STORE_CODE } from "../../domain/store_error.ts";
import type { StoreGetOutcome } from "./store_api.ts";

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

  countGet(outcomes: readonly StoreGetOutcome[]): void {
    this.get_batches++;
    this.get_keys += outcomes.length;
    for (const outcome of outcomes) {
      if (outcome.stale) this.stale_reads++;
      if (outcome.code === STORE_CODE.CHECKSUM_MISMATCH) this.corrupt_reads++;
      if (outcome.code < 0) {
        this.failed_get_keys++;
        continue;
      }
      this.load_bytes[outcome.tier ?? "cpu"] += outcome.code;
      if (outcome.remote) this.remote_load_bytes += outcome.code;
    }
  }

  countPut(codes: readonly number[]): void {
    this.put_batches++;
    this.put_keys += codes.length;
    for (const code of codes) if (code < 0) this.failed_put_keys++;
  }
}
