// A file written front to back in pieces of 1 MiB. Digits go straight into the piece: a million requests are 24 million block
// ids, and a string for each would take most of the time.

import { closeSync, openSync, writeSync } from "node:fs";
import { assert } from "../../harness/domain/assert.ts";
import { MIB } from "../../harness/domain/units.ts";

const ZERO = 48;
/** Longest thing written at once by number(). */
const MAX_DIGITS = 16;

export class ByteSink {
  readonly #file: number;
  readonly #piece = new Uint8Array(MIB);
  #used = 0;
  #bytes = 0;

  /** Makes or empties the file; throws what the file system throws. */
  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  /** Written so far. */
  get bytes(): number {
    return this.#bytes + this.#used;
  }

  /** ASCII. */
  text(text: string): void {
    if (this.#piece.length - this.#used < text.length) this.#flush();
    assert(text.length <= this.#piece.length, "a text fits into a piece");
    for (let i = 0; i < text.length; i++) this.#piece[this.#used++] = text.charCodeAt(i);
  }

  /** A whole number from 0 to 2^53 − 1. */
  number(value: number): void {
    if (this.#piece.length - this.#used < MAX_DIGITS) this.#flush();
    let digits = 1;
    for (let limit = 10; value >= limit; limit *= 10) digits++;
    let at = this.#used + digits;
    this.#used = at;
    let rest = value;
    // Integer division is quick below 2^31 only.
    while (rest > 0x7fffffff) {
      const tenth = Math.floor(rest / 10);
      this.#piece[--at] = ZERO + (rest - 10 * tenth);
      rest = tenth;
    }
    let small = rest | 0;
    do {
      const tenth = (small / 10) | 0;
      this.#piece[--at] = ZERO + (small - 10 * tenth);
      small = tenth;
    } while (small > 0);
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    for (let at = 0; at < this.#used; ) at += writeSync(this.#file, this.#piece, at, this.#used - at);
    this.#bytes += this.#used;
    this.#used = 0;
  }
}
