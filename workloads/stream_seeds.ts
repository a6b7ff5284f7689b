// Seeds of token streams. Streams of one workload are numbered, and the number is added to a base made of the run's seed:
// numbers map to seeds one to one, so two streams of a workload never share one. Bases of different seeds differ too, so
// two pairs of a comparison open with different tokens and share no prefix.

import { assert } from "../harness/domain/assert.ts";

const SEEDS = 2 ** 32;

/** Seed of stream `stream_index` (below 2^32) under the run's seed: a 32-bit number. */
export function streamSeed(seed: number, stream_index: number): number {
  assert(
    Number.isSafeInteger(stream_index) && stream_index >= 0 && stream_index < SEEDS,
    "a stream index is a u32",
  );
  return (baseOf(seed) + stream_index) % SEEDS;
}

/** One to one on 32 bits (each step can be undone); the high half of a larger seed is folded in first. */
function baseOf(seed: number): number {
  let x = (seed ^ Math.floor(seed / SEEDS)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
