// The only source of randomness: a seeded generator (xoshiro128**), the same on every machine.

import { assert } from "../domain/assert.ts";

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    assert(Number.isSafeInteger(seed), "a seed is a safe integer");
    // splitmix32 spreads the seed over the state.
    let state = (seed ^ Math.floor(seed / 2 ** 32)) | 0;
    const spread = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let z = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return z ^ (z >>> 16);
    };
    this.#a = spread();
    this.#b = spread();
    this.#c = spread();
    this.#d = spread();
  }

  /** Uniform over 0 … 2³² − 1. */
  u32(): number {
    const scrambled = Math.imul(this.#b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.u32() / 2 ** 32;
  }

  /** Uniform integer in [0, limit). */
  below(limit: number): number {
    assert(Number.isSafeInteger(limit) && limit > 0, "a limit is a positive integer");
    return Math.floor(this.uniform() * limit);
  }

  /** Exponential with the given mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** Standard normal (Box–Muller, one of the two). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Gamma with the given shape and scale (Marsaglia–Tsang). */
  gamma(shape: number, scale: number): number {
    assert(shape > 0 && scale > 0, "gamma needs a positive shape and scale");
    if (shape < 1) return this.gamma(shape + 1, scale) * this.uniform() ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v <= 0) continue;
      if (Math.log(1 - this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * scale;
    }
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
    }
    return shuffled;
  }

  /** An independent generator for a named purpose, so that one consumer's draws do not shift another's. */
  fork(purpose: string): Random {
    let hash = 0x811c9dc5;
    for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193);
    return new Random((hash ^ this.#a ^ Math.imul(this.#b, 31)) >>> 0);
  }
}
