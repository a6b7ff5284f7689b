// Counts what one requester (a store client) does.

import { STORE_CODE } from "../../domain/store_error.ts";
import type { RequesterCounts } from "./requester_counts.ts";
import type { GetOutcome } from "./store_api.ts";

export class RequesterCounters {
  readonly #counts = {
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
  };
  readonly #faults: { [code: string]: number } = {};

  snapshot(): RequesterCounts {
    const { read_keys, read_bytes } = this.#counts;
    return {
      ...this.#counts,
      read_keys: { ...read_keys },
      read_bytes: { ...read_bytes },
      faults: { ...this.#faults },
    };
  }

  countGets(outcomes: readonly GetOutcome[]): void {
    const counts = this.#counts;
    counts.get_batches++;
    counts.get_keys += outcomes.length;
    for (const { code, tier, remote, stale } of outcomes) {
      this.countFault(code);
      if (code === STORE_CODE.CHECKSUM_MISMATCH) counts.corrupt_reads++;
      if (stale) counts.stale_reads++;
      if (code < 0 || tier === null) continue;
      counts.read_keys[tier]++;
      counts.read_bytes[tier] += code;
      if (remote) counts.remote_read_bytes += code;
    }
  }

  countPuts(codes: readonly number[], existing: number): void {
    this.#counts.put_batches++;
    this.#counts.put_keys += codes.length;
    this.#counts.existing_put_keys += existing;
    for (const code of codes) this.countFault(code);
  }

  /** Copies that a put has written into one segment. */
  countPutCopies(is_local: boolean, keys: number, bytes: number): void {
    if (is_local) {
      this.#counts.local_put_keys += keys;
      this.#counts.local_put_bytes += bytes;
    } else {
      this.#counts.remote_put_keys += keys;
      this.#counts.remote_put_bytes += bytes;
    }
  }

  /** A missing object is an answer, not a fault. */
  countFault(code: number): void {
    if (code >= 0 || code === STORE_CODE.OBJECT_NOT_FOUND) return;
    this.#faults[code] = (this.#faults[code] ?? 0) + 1;
  }
}
