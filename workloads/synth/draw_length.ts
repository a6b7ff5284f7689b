// Lengths and pauses as presets draw them.

import type { Random } from "../../harness/clock/random.ts";

/** Lognormal with this mean, in [1, max], whole. */
export function drawLength(random: Random, mean: number, sigma: number, max: number): number {
  const drawn = Math.exp(Math.log(mean) - (sigma * sigma) / 2 + sigma * random.normal());
  return Math.max(1, Math.min(max, Math.round(drawn)));
}

/** Whether something happens with this probability. */
export function happens(random: Random, probability: number): boolean {
  return random.uniform() < probability;
}
