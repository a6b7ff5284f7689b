// A seeded generator for this room's tests, which may not import harness/clock. mulberry32 (Tommy Ettinger, public domain
// algorithm).

import type { RandomSource } from "./random_source.ts";

export interface TestSource extends RandomSource {
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
