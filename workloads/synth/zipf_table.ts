// Draws ranks 0 … n − 1 with probability proportional to 1 / (rank + 1)^exponent.

import type { Random } from "../../harness/clock/random.ts";
import { assert } from "../../harness/domain/assert.ts";

export class ZipfTable {
  /** [ranks]: probability of this rank or one before it. */
  readonly #up_to: Float64Array;

  constructor(ranks: number, exponent: number) {
    assert(ranks > 0, "there is a rank to draw");
    const weights = Float64Array.from({ length: ranks }, (_, rank) => (rank + 1) ** -exponent);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let sum = 0;
    this.#up_to = weights.map((weight) => {
      sum += weight / total;
      return sum;
    });
  }

  draw(random: Random): number {
    const u = random.uniform();
    let low = 0;
    let high = this.#up_to.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#up_to[middle] as number) > u) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
