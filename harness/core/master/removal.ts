// Removing objects by key, by pattern and altogether. A leased object stays unless forced, an unfinished one always; pins do not matter.

import type { ObjectKey } from "../../domain/object_key.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import type { Leases } from "./leases.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import type { ObjectRows } from "./object_rows.ts";
import type { ObjectTable } from "./object_table.ts";
import type { OffloadQueue } from "./offload_queue.ts";

interface RemovedMany {
  readonly code: number;
  readonly removed: number;
}

export class Removal {
  readonly #rows: ObjectRows;
  readonly #table: ObjectTable;
  readonly #leases: Leases;
  readonly #offload: OffloadQueue;

  constructor(rows: ObjectRows, table: ObjectTable, leases: Leases, offload: OffloadQueue) {
    this.#rows = rows;
    this.#table = table;
    this.#leases = leases;
    this.#offload = offload;
  }

  remove(key: ObjectKey, force: boolean, now_ns: number): number {
    const row = this.#table.find(key);
    if (row === NO_ROW) return STORE_CODE.OBJECT_NOT_FOUND;
    const refusal = this.#refusal(row, force, now_ns);
    if (refusal === STORE_CODE.OK) this.#table.erase(row);
    return refusal;
  }

  /** The pattern is a JavaScript regular expression that need not match the whole key. */
  removeByRegex(pattern: string, force: boolean, now_ns: number): RemovedMany {
    const matcher = parsePattern(pattern);
    if (matcher === null) return { code: STORE_CODE.INVALID_PARAMS, removed: 0 };
    return this.#removeWhere((row) => matcher.test(this.#table.keyOf(row)), force, now_ns);
  }

  /**
   * Also wipes every owner's disk. What a lease keeps therefore loses its disk copies now, so that nobody is sent to a file that the
   * wipe deletes; a leased object that was only on disk counts as removed.
   */
  removeAll(force: boolean, now_ns: number): RemovedMany {
    const { code, removed } = this.#removeWhere(() => true, force, now_ns);
    const kept = this.#table.size;
    if (kept > 0) for (const row of this.#table.rows()) this.#table.dropDisk(row, null);
    this.#offload.wipeAll();
    return { code, removed: removed + kept - this.#table.size };
  }

  #removeWhere(matches: (row: Row) => boolean, force: boolean, now_ns: number): RemovedMany {
    let removed = 0;
    for (const row of this.#table.rows()) {
      if (this.#refusal(row, force, now_ns) !== STORE_CODE.OK || !matches(row)) continue;
      this.#table.erase(row);
      removed++;
    }
    return { code: STORE_CODE.OK, removed };
  }

  #refusal(row: Row, force: boolean, now_ns: number): number {
    if (!force && this.#leases.isLeased(row, now_ns)) return STORE_CODE.OBJECT_HAS_LEASE;
    if (this.#rows.state(row) === "writing") return STORE_CODE.REPLICA_IS_NOT_READY;
    return STORE_CODE.OK;
  }
}

function parsePattern(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern);
  } catch {
    return null;
  }
}
