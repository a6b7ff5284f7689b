// What is decided about every object at one moment, and done to them piece by piece: all are removed, or those that match, or a segment
// goes with its copies. Whoever comes to an object meanwhile has it settled first, so that to every caller all of it took place at that
// moment, while no call waits for what is done to millions of objects.
//
//   sweeps.begin(apply, onDone)     apply(row): what is to become of one object; called for each that was there
//   sweeps.settle(row)              before anything is read of an object or done to it; free of charge when nothing is under way
//   sweeps.decide(row)              before a change that the sweeps under way are not to see: it is newer than they are
//   sweeps.step(rows)               goes on

import type { Row } from "./object_row.ts";
import type { ObjectRows } from "./object_rows.ts";

interface Sweep {
  readonly apply: (row: Row) => void;
  readonly onDone: () => void;
  /** Objects put later have a sequence, and may have a row, beyond these. */
  readonly end_sequence: number;
  readonly end_row: Row;
  /** Rows before it are done. */
  next_row: Row;
  /** Rows behind it that are done. */
  readonly decided: Set<Row>;
}

export class Sweeps {
  readonly #rows: ObjectRows;
  /** In the order in which they began, which is the order in which they are applied to an object. */
  readonly #running: Sweep[] = [];

  constructor(rows: ObjectRows) {
    this.#rows = rows;
  }

  get is_running(): boolean {
    return this.#running.length > 0;
  }

  begin(apply: (row: Row) => void, onDone: () => void): void {
    const { next_sequence: end_sequence, limit: end_row } = this.#rows;
    this.#running.push({ apply, onDone, end_sequence, end_row, next_row: 0, decided: new Set() });
  }

  /** Looks at up to `rows` more rows of the sweep that began first. */
  step(rows: number): void {
    let left = rows;
    while (left > 0) {
      const sweep = this.#running[0];
      if (sweep === undefined) return;
      const end = Math.min(sweep.end_row, sweep.next_row + left);
      left -= Math.max(1, end - sweep.next_row);
      for (let row = sweep.next_row; row < end; row++) this.settle(row);
      sweep.next_row = end;
      if (end < sweep.end_row) return;
      this.#running.shift();
      sweep.onDone();
    }
  }

  /** False: the object is not in the table, or no longer. */
  settle(row: Row): boolean {
    for (const sweep of this.#running) {
      if (this.#concerns(sweep, row)) sweep.apply(row);
    }
    return this.#rows.state(row) !== "removed";
  }

  decide(row: Row): void {
    if (!this.settle(row)) return;
    for (const sweep of this.#running) if (this.#concerns(sweep, row)) sweep.decided.add(row);
  }

  #concerns({ next_row, end_row, end_sequence, decided }: Sweep, row: Row): boolean {
    if (row < next_row || row >= end_row || this.#rows.state(row) === "removed") return false;
    return this.#rows.sequence(row) < end_sequence && !decided.has(row);
  }
}
