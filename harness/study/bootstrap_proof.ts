// How often the two-level bootstrap, which stands beside the deciding interval, holds a known effect: on the same A/A pairs as
// statistics_proof.ts, by conversation.

import type { Random } from "../clock/random.ts";
import { proportionInterval } from "../stats/binomial.ts";
import { bootstrapPairs, type Pair } from "../stats/paired_bootstrap.ts";
import type { SessionSamples, SessionStatistic } from "../stats/session_statistic.ts";
import { KNOWN_EFFECT_PCT, type Proportion } from "./statistics_proof.ts";

const RESAMPLES = 200;

/** pool: A/A pairs of a latency's samples. A comparison takes `pairs` of them, its candidate slowed by KNOWN_EFFECT_PCT. */
export function bootstrapCoverage(
  pool: readonly Pair<SessionSamples>[],
  statistic: SessionStatistic<SessionSamples>,
  pairs: number,
  random: Random,
): Proportion {
  const options = { levels: "pairs_and_sessions", unit: "percent", resamples: RESAMPLES, random } as const;
  const comparisons = Math.floor(pool.length / pairs);
  let count = 0;
  for (let i = 0; i < comparisons; i++) {
    const slowed = pool.slice(i * pairs, (i + 1) * pairs).map(slowCandidate);
    const interval = bootstrapPairs(slowed, statistic, options);
    if (interval !== null && interval.lo <= KNOWN_EFFECT_PCT && KNOWN_EFFECT_PCT <= interval.hi) count++;
  }
  return {
    ...{ count, of: comparisons, ratio: count / comparisons },
    ci95: proportionInterval(count, comparisons),
  };
}

function slowCandidate(pair: Pair<SessionSamples>): Pair<SessionSamples> {
  return pair.map(({ baseline, candidate }) => ({
    baseline,
    candidate: candidate.map((sample) => sample * (1 + KNOWN_EFFECT_PCT / 100)),
  }));
}
