// What a noise profile says of comparisons that are not made yet, and how it steadies what a few pairs say of their noise.

import type { NoiseMetric, NoiseProfile } from "../domain/noise_profile.ts";
import { pairsToDecide } from "../stats/verdict.ts";

/** Pairs in all that see a change of this size with 80 % power. Null: more than a comparison should take. */
export function pairsToSee(effect: number, { pair_sd }: NoiseMetric): number | null {
  return pairsToDecide(effect, pair_sd, effect);
}

/** The spread of one pair's change from `pairs` pairs and the profile's together, weighted by their degrees of freedom. */
export function pooledSd(sd: number, pairs: number, metric: string, noise: NoiseProfile | null): number {
  const known = noise?.metrics.find((one) => one.metric === metric);
  if (noise === null || known === undefined) return sd;
  const own = pairs - 1;
  const prior = noise.pairs - 1;
  return Math.sqrt((own * sd ** 2 + prior * known.pair_sd ** 2) / (own + prior));
}
