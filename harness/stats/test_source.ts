// A seeded generator for tests and fixtures of rooms that may not import harness/clock. mulberry32 (Tommy Ettinger, public
// domain algorithm).

import type { RandomSource } from "./random_source.ts";

export interface TestSource extends RandomSource {
  /** Of mean 0 and standard deviation 1, by Box & Muller (1958). */
  normal(): number;
}

export function testSource(seed: number): TestSource {
  let state = seed | 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal, below: (limit) => Math.floor(uniform() * limit) };
}
