// The counting side of StoreClientCounters.

import type { GetOutcome } from "../core/engine/engine_api.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { StoreClientCounters } from "./store_client_counters.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends object ? Mutable<T[K]> : T[K] };

export class StoreCounters {
  readonly #counts: Mutable<StoreClientCounters> = {
    get_batches: 0,
    get_keys: 0,
    put_batches: 0,
    put_keys: 0,
    read_keys: { cpu: 0, disk: 0 },
    read_bytes: { cpu: 0, disk: 0 },
    remote_read_bytes: 0,
    local_put_keys: 0,
    local_put_bytes: 0,
    remote_put_keys: 0,
    remote_put_bytes: 0,
    existing_put_keys: 0,
    stale_reads: 0,
    corrupt_reads: 0,
    faults: {},
  };

  snapshot(): StoreClientCounters {
    return structuredClone(this.#counts);
  }

  countGets(outcomes: readonly GetOutcome[]): void {
    const counts = this.#counts;
    counts.get_batches += 1;
    counts.get_keys += outcomes.length;
    for (const { code, tier, remote, stale } of outcomes) {
      this.countFault(code);
      if (code === STORE_CODE.CHECKSUM_MISMATCH) counts.corrupt_reads += 1;
      if (stale) counts.stale_reads += 1;
      if (code < 0 || tier === null) continue;
      counts.read_keys[tier] += 1;
      counts.read_bytes[tier] += code;
      if (remote) counts.remote_read_bytes += code;
    }
  }

  countPuts(codes: readonly number[]): void {
    this.#counts.put_batches += 1;
    this.#counts.put_keys += codes.length;
    for (const code of codes) this.countFault(code);
  }

  countExistingPut(): void {
    this.#counts.existing_put_keys += 1;
  }

  /** One copy that a put has written. */
  countPutCopy(is_local: boolean, bytes: number): void {
    if (is_local) {
      this.#counts.local_put_keys += 1;
      this.#counts.local_put_bytes += bytes;
    } else {
      this.#counts.remote_put_keys += 1;
      this.#counts.remote_put_bytes += bytes;
    }
  }

  /** A missing object is an answer, not a fault. */
  countFault(code: number): void {
    if (code >= 0 || code === STORE_CODE.OBJECT_NOT_FOUND) return;
    this.#counts.faults[code] = (this.#counts.faults[code] ?? 0) + 1;
  }
}
