// Puts that are not ended, in the order of their start: a list in plain memory. A start has a place, which is used again after it.
//
//   starts.add(row, now_ns) → place      now_ns never runs backwards
//   starts.oldest                        the row that waits longest

import { RecordChunks } from "../tier/record_chunks.ts";
import { NO_ROW, type Row } from "./object_row.ts";

/** No start's place. */
export const NO_START = 0;

const START_BYTES = 24;
// f64 field
const START_NS = 0;
// i32 fields, behind it
const ROW = 2;
const BEFORE = 3;
/** Of a spare place: the next spare one. */
const AFTER = 4;

export class PutStarts {
  readonly #starts = new RecordChunks(START_BYTES);
  #first = NO_START;
  #last = NO_START;
  #spare = NO_START;
  #used = NO_START + 1;

  /** NO_ROW: every put has ended. */
  get oldest(): Row {
    return this.#first === NO_START ? NO_ROW : this.#starts.i32(this.#first, ROW);
  }

  add(row: Row, start_ns: number): number {
    const place = this.#newPlace();
    this.#starts.setF64(place, START_NS, start_ns);
    this.#starts.setI32(place, ROW, row);
    this.#join(this.#last, place);
    this.#join(place, NO_START);
    return place;
  }

  startNs(place: number): number {
    return this.#starts.f64(place, START_NS);
  }

  remove(place: number): void {
    this.#join(this.#starts.i32(place, BEFORE), this.#starts.i32(place, AFTER));
    this.#starts.setI32(place, AFTER, this.#spare);
    this.#spare = place;
  }

  /** Makes `after` follow `before`; NO_START stands for both ends of the list. */
  #join(before: number, after: number): void {
    if (before === NO_START) this.#first = after;
    else this.#starts.setI32(before, AFTER, after);
    if (after === NO_START) this.#last = before;
    else this.#starts.setI32(after, BEFORE, before);
  }

  #newPlace(): number {
    if (this.#spare === NO_START) {
      this.#starts.reserve(this.#used + 1);
      return this.#used++;
    }
    const place = this.#spare;
    this.#spare = this.#starts.i32(place, AFTER);
    return place;
  }
}
