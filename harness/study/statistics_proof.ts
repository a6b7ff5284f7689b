// Proves the statistics on a pool of A/A pairs: two runs of one configuration on one trace, which differ in nothing but noise.
// Groups of pairs are comparisons whose truth is known: no effect as they are, an exact effect once the candidate's value is
// multiplied. Judged by the same functions as a real comparison.

import { assert } from "../domain/assert.ts";
import { binomialUpperBound, type ProportionInterval, proportionInterval } from "../stats/binomial.ts";
import { type PairInterval, type PairValues, pairInterval } from "../stats/pair_interval.ts";
import { DEFAULT_MIN_EFFECT_PCT, decideVerdict, type Verdict } from "../stats/verdict.ts";

export interface StatisticsProof {
  readonly comparisons: number;
  readonly pairs: number;
  /** Intervals that exclude zero although nothing changed. */
  readonly false_positives: Proportion & {
    /** What 99 % of the tests with a true rate of 5 % do not exceed. */
    readonly bound: number;
  };
  /** Verdicts better or worse although nothing changed: the minimum effect is asked for, too. */
  readonly false_verdicts: Proportion;
  /** Intervals that hold a known effect. */
  readonly coverage: Proportion;
  readonly power: readonly PowerPoint[];
  /** Spread of one pair's change, in percent. */
  readonly pair_sd_pct: number;
}

export interface Proportion {
  readonly count: number;
  readonly of: number;
  readonly ratio: number;
  readonly ci95: ProportionInterval;
}

/** How often a slowdown of this size is called worse. */
export interface PowerPoint {
  readonly effect_pct: number;
  readonly pairs: number;
  readonly detected: Proportion;
}

export const KNOWN_EFFECT_PCT = 5;
const POWER_EFFECTS_PCT: readonly number[] = [1, 2, 3, KNOWN_EFFECT_PCT, 8];
const POWER_PAIRS: readonly number[] = [2, 3, 4, 6, 8, 12];
const CONFIDENCE = 0.99;

export function proveStatistics(pool: readonly PairValues[], pairs: number): StatisticsProof {
  const unchanged = compareGroups(pool, pairs, 0);
  const slowed = compareGroups(pool, pairs, KNOWN_EFFECT_PCT);
  const comparisons = unchanged.length;
  const excludesZero = unchanged.filter(({ interval }) => interval.lo > 0 || interval.hi < 0).length;
  const holdsEffect = slowed.filter(
    ({ interval }) => interval.lo <= KNOWN_EFFECT_PCT && KNOWN_EFFECT_PCT <= interval.hi,
  ).length;
  return {
    comparisons,
    pairs,
    false_positives: {
      ...proportion(excludesZero, comparisons),
      bound: binomialUpperBound(comparisons, 0.05, CONFIDENCE),
    },
    false_verdicts: proportion(
      unchanged.filter(({ verdict }) => verdict === "better" || verdict === "worse").length,
      comparisons,
    ),
    coverage: proportion(holdsEffect, comparisons),
    power: POWER_EFFECTS_PCT.flatMap((effect_pct) =>
      POWER_PAIRS.map((count) => powerAt(pool, count, effect_pct)),
    ),
    pair_sd_pct: Math.sqrt(unchanged.reduce((sum, { interval }) => sum + interval.sd ** 2, 0) / comparisons),
  };
}

export interface ProofCheck {
  readonly what: string;
  readonly ok: boolean;
}

/** Fixed in advance. */
export function checkProof(proof: StatisticsProof): ProofCheck[] {
  const { false_positives, coverage, power, pairs } = proof;
  const known = power.find((point) => point.effect_pct === KNOWN_EFFECT_PCT && point.pairs === pairs);
  return [
    {
      what: `false positives: ${describe(false_positives)}; a true rate of 5 % gives at most ${false_positives.bound} in 99 % of tests`,
      ok: false_positives.count <= false_positives.bound,
    },
    {
      what: `coverage of a known ${KNOWN_EFFECT_PCT} %: ${describe(coverage)}; 93 to 97 % wanted`,
      ok: coverage.ratio >= 0.93 && coverage.ratio <= 0.97,
    },
    {
      what: `power for ${KNOWN_EFFECT_PCT} % at ${pairs} pairs: ${known === undefined ? "not measured" : describe(known.detected)}; 90 % wanted`,
      ok: known !== undefined && known.detected.ratio >= 0.9,
    },
  ];
}

export function describe({ count, of, ratio, ci95 }: Proportion): string {
  const percent = (part: number): string => (100 * part).toFixed(1);
  return `${count} of ${of} = ${percent(ratio)} % (${percent(ci95.lo)} … ${percent(ci95.hi)})`;
}

interface GroupResult {
  readonly interval: PairInterval;
  readonly verdict: Verdict;
}

/** Consecutive groups; a rest that is no whole group is left out. */
function compareGroups(pool: readonly PairValues[], pairs: number, effect_pct: number): GroupResult[] {
  assert(pool.length >= pairs, "a pool holds at least one comparison");
  const groups = Math.floor(pool.length / pairs);
  return Array.from({ length: groups }, (_, i) => {
    const group = pool.slice(i * pairs, (i + 1) * pairs);
    const interval = pairInterval(
      group.map(({ baseline, candidate }) => ({ baseline, candidate: candidate * (1 + effect_pct / 100) })),
      "percent",
    );
    assert(interval !== null, "a latency is not zero");
    const effect = { ...interval, pairs, min_effect: DEFAULT_MIN_EFFECT_PCT, goodness: "lower" } as const;
    return { interval, verdict: decideVerdict(effect) };
  });
}

function powerAt(pool: readonly PairValues[], pairs: number, effect_pct: number): PowerPoint {
  const results = compareGroups(pool, pairs, effect_pct);
  const worse = results.filter(({ verdict }) => verdict === "worse").length;
  return { effect_pct, pairs, detected: proportion(worse, results.length) };
}

function proportion(count: number, of: number): Proportion {
  return { count, of, ratio: count / of, ci95: proportionInterval(count, of) };
}
