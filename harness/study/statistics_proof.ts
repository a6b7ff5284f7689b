// Proves the statistics on a pool of A/A pairs: two runs of one configuration on one trace, which differ in nothing but noise.
// Groups of pairs are comparisons whose truth is known: no effect as they are, an exact effect once the candidate's value is
// multiplied, or a ratio lowered. Judged by the same functions as a real comparison.

import { assert } from "../domain/assert.ts";
import { binomialUpperBound, type ProportionInterval, proportionInterval } from "../stats/binomial.ts";
import type { DeltaUnit } from "../stats/change.ts";
import { type PairInterval, type PairValues, pairInterval } from "../stats/pair_interval.ts";
import {
  DEFAULT_MIN_EFFECT_PCT,
  DEFAULT_MIN_EFFECT_POINTS,
  decideVerdict,
  type Verdict,
} from "../stats/verdict.ts";

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
  /** Of every effect here, and of pair_sd_pct. */
  readonly unit: DeltaUnit;
  /** Spread of one pair's change. */
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

/** Effects are of `unit`: percent of a latency that grows, or points of a ratio that falls. */
export function proveStatistics(
  pool: readonly PairValues[],
  pairs: number,
  unit: DeltaUnit = "percent",
): StatisticsProof {
  const known = worsening(KNOWN_EFFECT_PCT, unit);
  const unchanged = compareGroups(pool, pairs, 0, unit);
  const slowed = compareGroups(pool, pairs, KNOWN_EFFECT_PCT, unit);
  const comparisons = unchanged.length;
  const excludesZero = unchanged.filter(({ interval }) => interval.lo > 0 || interval.hi < 0).length;
  const holdsEffect = slowed.filter(({ interval }) => interval.lo <= known && known <= interval.hi).length;
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
      POWER_PAIRS.map((count) => powerAt(pool, count, effect_pct, unit)),
    ),
    unit,
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
  const effect = `${KNOWN_EFFECT_PCT} ${unitWord(proof.unit)}`;
  const known = power.find((point) => point.effect_pct === KNOWN_EFFECT_PCT && point.pairs === pairs);
  return [
    {
      what: `false positives: ${describe(false_positives)}; a true rate of 5 % gives at most ${false_positives.bound} in 99 % of tests`,
      ok: false_positives.count <= false_positives.bound,
    },
    {
      what: `coverage of a known ${effect}: ${describe(coverage)}; 93 to 97 % wanted`,
      ok: coverage.ratio >= 0.93 && coverage.ratio <= 0.97,
    },
    {
      what: `power for ${effect} at ${pairs} pairs: ${known === undefined ? "not measured" : describe(known.detected)}; 90 % wanted`,
      ok: known !== undefined && known.detected.ratio >= 0.9,
    },
  ];
}

export function unitWord(unit: DeltaUnit): string {
  return unit === "percent" ? "%" : "pp";
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
function compareGroups(
  pool: readonly PairValues[],
  pairs: number,
  effect_pct: number,
  unit: DeltaUnit,
): GroupResult[] {
  assert(pool.length >= pairs, "a pool holds at least one comparison");
  const groups = Math.floor(pool.length / pairs);
  return Array.from({ length: groups }, (_, i) => {
    const group = pool.slice(i * pairs, (i + 1) * pairs);
    const interval = pairInterval(
      group.map(({ baseline, candidate }) => ({
        baseline,
        candidate: worsen(candidate, effect_pct, unit),
      })),
      unit,
    );
    assert(interval !== null, "a value of the pool is not zero");
    const effect = { ...interval, pairs, ...RULES[unit] };
    return { interval, verdict: decideVerdict(effect) };
  });
}

const RULES = {
  percent: { min_effect: DEFAULT_MIN_EFFECT_PCT, goodness: "lower" },
  points: { min_effect: DEFAULT_MIN_EFFECT_POINTS, goodness: "higher" },
} as const;

function worsen(value: number, effect: number, unit: DeltaUnit): number {
  return unit === "percent" ? value * (1 + effect / 100) : value - effect / 100;
}

/** The change that `worsen` makes, with its sign. */
function worsening(effect: number, unit: DeltaUnit): number {
  return unit === "percent" ? effect : -effect;
}

function powerAt(
  pool: readonly PairValues[],
  pairs: number,
  effect_pct: number,
  unit: DeltaUnit,
): PowerPoint {
  const results = compareGroups(pool, pairs, effect_pct, unit);
  const worse = results.filter(({ verdict }) => verdict === "worse").length;
  return { effect_pct, pairs, detected: proportion(worse, results.length) };
}

function proportion(count: number, of: number): Proportion {
  return { count, of, ratio: count / of, ci95: proportionInterval(count, of) };
}
