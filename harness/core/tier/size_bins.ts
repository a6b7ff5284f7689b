// Bins of free ranges by size, as in a TLSF allocator: sizes below 16 have a bin each, every power of two above has 16 bins.
// A bitmap over the bins finds the next non-empty one in a few instructions. Sizes are in allocation units, up to 2^40.

const SUBDIVISIONS_LOG2 = 4;
const SUBDIVISIONS = 2 ** SUBDIVISIONS_LOG2;

export const BIN_COUNT: number = (40 - SUBDIVISIONS_LOG2 + 2) * SUBDIVISIONS;

/** The bin that a free range of `units` belongs to: the last whose smallest size is at most `units`. */
export function binOf(units: number): number {
  if (units < SUBDIVISIONS) return units;
  const exponent = floorLog2(units);
  const mantissa = Math.floor(units / 2 ** (exponent - SUBDIVISIONS_LOG2)) % SUBDIVISIONS;
  return (exponent - SUBDIVISIONS_LOG2 + 1) * SUBDIVISIONS + mantissa;
}

export class BinMap {
  readonly #words = new Uint32Array(BIN_COUNT / 32);

  mark(bin: number): void {
    this.#words[bin >>> 5] = (this.#words[bin >>> 5] as number) | (1 << (bin & 31));
  }

  clear(bin: number): void {
    this.#words[bin >>> 5] = (this.#words[bin >>> 5] as number) & ~(1 << (bin & 31));
  }

  /** The first marked bin at or above `from`, or -1. */
  firstFrom(from: number): number {
    let mask = -1 << (from & 31);
    for (let word = from >>> 5; word < this.#words.length; word++) {
      const marked = (this.#words[word] as number) & mask;
      if (marked !== 0) return word * 32 + (31 - Math.clz32(marked & -marked));
      mask = -1;
    }
    return -1;
  }

  /** The highest marked bin, or -1. */
  last(): number {
    for (let word = this.#words.length - 1; word >= 0; word--) {
      const marked = this.#words[word] as number;
      if (marked !== 0) return word * 32 + (31 - Math.clz32(marked));
    }
    return -1;
  }
}

/** Exact; clz32(0) is 32, so sizes from 2^31 to 2^32 − 1 come out as 31. */
function floorLog2(units: number): number {
  return units < 2 ** 31 ? 31 - Math.clz32(units) : 63 - Math.clz32(Math.floor(units / 2 ** 32));
}
