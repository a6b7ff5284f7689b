// Rows in the order of their sequences, where these come nearly in order and nearly all: every sequence has a slot, so that a row goes
// to its place, and the first one is found, without a comparison. A slot is 4 bytes; slots are in chunks, so that no call is long.
//
//   queue.add(row, sequence) → false     the sequence is out of reach: before rows that went, or far beyond those that are there
//   queue.first(), queue.shift()         the row of the lowest sequence (first_sequence); without it

import { NO_ROW, type Row } from "./object_row.ts";

const CHUNK_LOG2 = 12;
const CHUNK = 1 << CHUNK_LOG2;
const IN_CHUNK = CHUNK - 1;
/** Slots for each row that is there, and besides: where rows are farther apart, slots are a waste. */
const SLOTS_PER_ROW = 4;
const SPARE_SLOTS = 65_536;
/** Stands for a chunk in which there is no row. */
const NO_ROWS: Int32Array = new Int32Array(CHUNK);

export class SequenceQueue {
  /** [CHUNK] each: row + 1; 0: none. */
  readonly #chunks: Int32Array[] = [];
  /** Sequence of the first slot. */
  #start = 0;
  /** No row is before it. */
  #first = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(row: Row, sequence: number): boolean {
    if (this.#size === 0 && !this.#reaches(sequence)) this.#restart(sequence);
    if (!this.#reaches(sequence)) return false;
    const slot = sequence - this.#start;
    const at = slot >>> CHUNK_LOG2;
    while (this.#chunks.length <= at) this.#chunks.push(NO_ROWS);
    if (this.#chunks[at] === NO_ROWS) this.#chunks[at] = new Int32Array(CHUNK);
    (this.#chunks[at] as Int32Array)[slot & IN_CHUNK] = row + 1;
    this.#size++;
    return true;
  }

  /** NO_ROW without any. */
  first(): Row {
    if (this.#size === 0) return NO_ROW;
    for (;;) {
      const slot = this.#first - this.#start;
      const chunk = this.#chunks[0] as Int32Array;
      if (slot === CHUNK || chunk === NO_ROWS) {
        this.#chunks.shift();
        this.#start += CHUNK;
        this.#first = this.#start;
      } else {
        const stored = chunk[slot] as number;
        if (stored !== 0) return stored - 1;
        this.#first++;
      }
    }
  }

  /** Of the row that `first` has just given. */
  get first_sequence(): number {
    return this.#first;
  }

  shift(): void {
    this.#first++;
    this.#size--;
  }

  #reaches(sequence: number): boolean {
    return sequence >= this.#first && sequence - this.#first < SLOTS_PER_ROW * this.#size + SPARE_SLOTS;
  }

  #restart(sequence: number): void {
    this.#chunks.length = 0;
    this.#start = sequence - (sequence % CHUNK);
    this.#first = this.#start;
  }
}
