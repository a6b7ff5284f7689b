// Arrival processes of open-loop load: the times at which sessions begin, each true to its name.
//   constant  gaps of exactly 1 / rate
//   poisson   exponential gaps, mean 1 / rate (coefficient of variation 1)
//   gamma     gamma gaps, mean 1 / rate, coefficient of variation `burstiness_cv`
// The first arrival is at 0. Times are computed from the start, so rounding to whole ns never adds up.

import type { Random } from "../../clock/random.ts";
import type { LoadConfig } from "../../config/arm_config.ts";
import { assert } from "../../domain/assert.ts";
import { NS_PER_S } from "../../domain/units.ts";

export type ArrivalProcess = Extract<LoadConfig["arrivals"], "constant" | "poisson" | "gamma">;

/** Ascending integer ns after the start, without end. */
export function* arrivalTimes(
  process: ArrivalProcess,
  rate_per_s: number,
  burstiness_cv: number,
  random: Random,
): Generator<number, never> {
  assert(rate_per_s > 0, "an arrival rate is positive");
  const mean_gap_ns = NS_PER_S / rate_per_s;
  if (process === "constant") {
    for (let i = 0; ; i++) yield Math.round(i * mean_gap_ns);
  }
  let at_ns = 0;
  for (;;) {
    yield Math.round(at_ns);
    at_ns +=
      process === "poisson" ? random.exponential(mean_gap_ns) : gammaGap(mean_gap_ns, burstiness_cv, random);
  }
}

/** Mean = shape × scale and cv = 1 / √shape, hence shape = 1 / cv² and scale = mean × cv². */
function gammaGap(mean_gap_ns: number, cv: number, random: Random): number {
  assert(cv > 0, "the coefficient of variation of gamma gaps is positive");
  return random.gamma(1 / cv ** 2, mean_gap_ns * cv ** 2);
}
