// Removing objects by key, by pattern and altogether. A leased object stays unless forced, an unfinished one always; pins do not matter.
// A removal of many is a sweep: what a lease or a writer keeps is what they kept when it began.

import type { ObjectKey } from "../../domain/object_key.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import type { Leases } from "./leases.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import type { ObjectRows } from "./object_rows.ts";
import type { ObjectTable } from "./object_table.ts";
import type { OffloadQueue } from "./offload_queue.ts";
import type { Sweeps } from "./sweeps.ts";

export interface RemovedMany {
  readonly code: number;
  readonly removed: number;
}

export class Removal {
  readonly #rows: ObjectRows;
  readonly #table: ObjectTable;
  readonly #leases: Leases;
  readonly #offload: OffloadQueue;
  readonly #sweeps: Sweeps;

  constructor(rows: ObjectRows, table: ObjectTable, leases: Leases, offload: OffloadQueue, sweeps: Sweeps) {
    this.#rows = rows;
    this.#table = table;
    this.#leases = leases;
    this.#offload = offload;
    this.#sweeps = sweeps;
  }

  remove(key: ObjectKey, force: boolean, now_ns: number): number {
    const row = this.#table.find(key);
    if (row === NO_ROW) return STORE_CODE.OBJECT_NOT_FOUND;
    const refusal = this.#refusal(row, force, now_ns);
    if (refusal === STORE_CODE.OK) this.#table.erase(row);
    return refusal;
  }

  /** The pattern is a JavaScript regular expression that need not match the whole key. */
  removeByRegex(pattern: string, force: boolean, now_ns: number, onDone: (reply: RemovedMany) => void): void {
    const matcher = parsePattern(pattern);
    if (matcher === null) {
      onDone({ code: STORE_CODE.INVALID_PARAMS, removed: 0 });
      return;
    }
    this.#sweep((row) => {
      if (this.#refusal(row, force, now_ns) !== STORE_CODE.OK) return;
      if (matcher.test(this.#table.keyOf(row))) this.#table.erase(row);
    }, onDone);
  }

  /**
   * Also wipes every owner's disk. What a lease keeps therefore loses its disk copies, so that nobody is sent to a file that the
   * wipe deletes; a leased object that was only on disk counts as removed.
   */
  removeAll(force: boolean, now_ns: number, onDone: (reply: RemovedMany) => void): void {
    this.#sweep((row) => {
      if (this.#refusal(row, force, now_ns) === STORE_CODE.OK) this.#table.erase(row);
      else this.#table.dropDisk(row, null);
    }, onDone);
    this.#offload.wipeAll();
  }

  #sweep(apply: (row: Row) => void, onDone: (reply: RemovedMany) => void): void {
    let removed = 0;
    this.#sweeps.begin(
      (row) => {
        apply(row);
        if (this.#rows.state(row) === "removed") removed++;
      },
      () => onDone({ code: STORE_CODE.OK, removed }),
    );
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
