// Asking for objects. Both questions grant a lease; a lookup by the operator (describe) does not.

import type { BlockHash } from "../../domain/block_hash.ts";
import { isJoined, isOfBlocks, type KeyBatch } from "../../domain/joined_keys.ts";
import type { ReplicaList } from "../../domain/master_api.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import type { Leases } from "./leases.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import type { ObjectRows } from "./object_rows.ts";
import type { ObjectTable } from "./object_table.ts";

export class Lookup {
  /** Keys asked for / found, and found ones by the tier of the first replica. */
  total_get_nums = 0;
  valid_get_nums = 0;
  mem_cache_hit_nums = 0;
  file_cache_hit_nums = 0;
  mem_cache_hit_bytes = 0;
  file_cache_hit_bytes = 0;
  readonly #rows: ObjectRows;
  readonly #table: ObjectTable;
  readonly #leases: Leases;

  readonly #onDiskHit: (row: Row, now_ns: number) => void;

  /** `onDiskHit`: a get found the object, and it is only on disk. */
  constructor(
    rows: ObjectRows,
    table: ObjectTable,
    leases: Leases,
    onDiskHit: (row: Row, now_ns: number) => void,
  ) {
    this.#rows = rows;
    this.#table = table;
    this.#leases = leases;
    this.#onDiskHit = onDiskHit;
  }

  /** 1 readable, 0 not. An object that is still being written is not readable. */
  exist(keys: KeyBatch, now_ns: number): number[] {
    const codes: number[] = [];
    if (isJoined(keys)) {
      const { text, bounds } = keys;
      for (let i = 1; i < bounds.length; i++) {
        const row = this.#table.findIn(text, bounds[i - 1] as number, bounds[i] as number);
        codes.push(this.#grantIfReadable(row, now_ns));
      }
    } else if (isOfBlocks(keys)) {
      const { spaces, hashes, first_block, length } = keys;
      for (let block = first_block; codes.length < length; block++) {
        for (const { prefix } of spaces) {
          const row = this.#table.findBlock(prefix, hashes[block] as BlockHash);
          codes.push(this.#grantIfReadable(row, now_ns));
        }
      }
    } else {
      for (const key of keys) codes.push(this.#grantIfReadable(this.#table.find(key), now_ns));
    }
    return codes;
  }

  #grantIfReadable(row: Row, now_ns: number): 0 | 1 {
    if (row === NO_ROW || this.#rows.state(row) !== "complete") return 0;
    this.#leases.grant(row, now_ns);
    return 1;
  }

  replicas(keys: readonly ObjectKey[], now_ns: number): ReplicaList[] {
    return keys.map((key) => this.#replicasOf(key, now_ns));
  }

  #replicasOf(key: ObjectKey, now_ns: number): ReplicaList {
    this.total_get_nums++;
    const row = this.#table.find(key);
    if (row === NO_ROW) return refused(STORE_CODE.OBJECT_NOT_FOUND);
    if (this.#rows.state(row) !== "complete") return refused(STORE_CODE.REPLICA_IS_NOT_READY);
    this.valid_get_nums++;
    this.#leases.grant(row, now_ns);
    this.#countHit(row, now_ns);
    return { code: STORE_CODE.OK, replicas: this.#rows.describe(row), lease_ttl_ms: this.#leases.ttl_ms };
  }

  #countHit(row: Row, now_ns: number): void {
    const bytes = this.#rows.bytes(row);
    if (this.#rows.hasMemory(row)) {
      this.mem_cache_hit_nums++;
      this.mem_cache_hit_bytes += bytes;
      return;
    }
    this.file_cache_hit_nums++;
    this.file_cache_hit_bytes += bytes;
    this.#onDiskHit(row, now_ns);
  }
}

function refused(code: number): ReplicaList {
  return { code, replicas: [], lease_ttl_ms: 0 };
}
