// A/A pairs of a hit ratio. The simulator's own ratios repeat exactly, whatever the speed of a run, so their noise is assumed: in
// every run each turn's prefix is found with a chance that the run draws anew (what eviction and late saves do), and a ratio is
// token-weighted over turns of lognormal length, as in a report. Turns are those of the pair's trace in both runs.

import type { Random } from "../../clock/random.ts";
import type { PairValues } from "../../stats/pair_interval.ts";

/** Chance that a turn's prefix is found, its standard deviation between runs, and the part of a prompt that a hit serves. */
export const HIT_RATIO_NOISE = { found: 0.8, found_sd: 0.015, served: 0.7 } as const;

const TURNS = 400;
const LENGTH_SD = 0.6;

/** [pairs] */
export function hitRatioPool(pairs: number, random: Random): PairValues[] {
  return Array.from({ length: pairs }, () => {
    const prompt_tokens = Array.from({ length: TURNS }, () => 1000 * Math.exp(LENGTH_SD * random.normal()));
    return { baseline: hitRatio(prompt_tokens, random), candidate: hitRatio(prompt_tokens, random) };
  });
}

function hitRatio(prompt_tokens: readonly number[], random: Random): number {
  const found = HIT_RATIO_NOISE.found + HIT_RATIO_NOISE.found_sd * random.normal();
  let hits = 0;
  let all = 0;
  for (const tokens of prompt_tokens) {
    if (random.uniform() < found) hits += HIT_RATIO_NOISE.served * tokens;
    all += tokens;
  }
  return hits / all;
}
