// About how often a hash was counted, in a fixed 256 KiB: never less than the truth, more where hashes share counters. All counts are
// halved from time to time, so that what was read long ago fades.

const ROWS = 4;
const WIDTH = 65_536;
const MASK: number = WIDTH - 1;
const MAX_COUNT = 255;
/** Counts are halved after so many: a counter stands for two of them on average. */
const HALVE_AFTER: number = 2 * WIDTH;
const MULTIPLIERS: readonly number[] = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];

export class CountMinSketch {
  readonly #counts = new Uint8Array(ROWS * WIDTH);
  #added = 0;

  /** Counts `hash` once more; its count so far, this one included. */
  add(hash: number): number {
    let least = MAX_COUNT;
    for (const [row, multiplier] of MULTIPLIERS.entries()) {
      const at = row * WIDTH + ((Math.imul(hash, multiplier) >>> 11) & MASK);
      const count = Math.min(MAX_COUNT, (this.#counts[at] ?? 0) + 1);
      this.#counts[at] = count;
      least = Math.min(least, count);
    }
    this.#added++;
    if (this.#added >= HALVE_AFTER) this.#halve();
    return least;
  }

  #halve(): void {
    this.#added = 0;
    for (let at = 0; at < this.#counts.length; at++) this.#counts[at] = (this.#counts[at] ?? 0) >>> 1;
  }
}
