// What a switch did: every arm against the baseline, on every metric of compared_metrics.ts, pair by pair.
//
// Values are means over pairs of each pair's own statistic (its mean, p99, ratio), so they may differ in the last digits from
// the pooled figures of an arm. The interval over pairs decides (stats/pair_interval.ts); the two-level bootstrap and the
// sign-flip test stand beside it. A comparison that cannot be made (an arm without the metric, a baseline of zero, a metric of
// whole runs with one pair) is absent. p-values are adjusted by Holm over all comparisons of the call; verdicts are each
// metric's own, and one that does not hold among the others says so.

import type { Random } from "../clock/random.ts";
import { assert } from "../domain/assert.ts";
import type { NoiseProfile } from "../domain/noise_profile.ts";
import type { ArmRun } from "../measure/arm_run.ts";
import type { Comparison } from "../measure/run_summary.ts";
import { changeOf } from "../stats/change.ts";
import type { BootstrapInterval, BootstrapOptions } from "../stats/contrast_bootstrap.ts";
import { mean } from "../stats/distribution.ts";
import { adjustHolm } from "../stats/holm.ts";
import { type PairValues, pairInterval } from "../stats/pair_interval.ts";
import { signFlipP } from "../stats/sign_flip.ts";
import { decideVerdict } from "../stats/verdict.ts";
import { adviseMorePairs, adviseOnePair, noteHolm, pairsInAll } from "./advice.ts";
import type { ComparedMetric, MatchedPair } from "./compared_metric.ts";
import { COMPARED_METRICS } from "./compared_metrics.ts";
import { pooledSd } from "./noise_forecast.ts";
import { matchPairs, matchSessions } from "./run_pair.ts";

export interface ComparedArm {
  readonly name: string;
  readonly runs: readonly ArmRun[];
}

export interface CompareOptions {
  readonly factor: string;
  /** Smallest relative change that matters, in percent. */
  readonly min_effect_pct: number;
  /** Smallest change of a ratio that matters, in percentage points. */
  readonly min_effect_points: number;
  /** Of A/A pairs on this machine: steadies the forecast of how many pairs would decide. */
  readonly noise: NoiseProfile | null;
  readonly random: Random;
}

const RESAMPLES = 400;

/** arms[0] is the baseline; every other arm is compared with it. Rows by arm, then by metric. */
export function compareArms(arms: readonly ComparedArm[], options: CompareOptions): Comparison[] {
  const [baseline, ...candidates] = arms;
  assert(baseline !== undefined, "a comparison has a baseline");
  const rows = candidates.flatMap((candidate) => {
    const pairs = matchPairs(baseline.runs, candidate.runs).map((pair) => ({
      ...pair,
      sessions: matchSessions(pair),
    }));
    const arms = { baseline: baseline.name, candidate: candidate.name };
    return COMPARED_METRICS.flatMap((metric) => compareMetric(metric, pairs, arms, options) ?? []);
  });
  return adjustAll(rows);
}

interface ArmNames {
  readonly baseline: string;
  readonly candidate: string;
}

/** Null: it cannot be compared. */
function compareMetric(
  metric: ComparedMetric,
  pairs: readonly MatchedPair[],
  arms: ArmNames,
  options: CompareOptions,
): Comparison | null {
  const values = pairs.map((pair) => metric.valuesOf(pair)).filter((value) => value !== null);
  if (values.length === 0 || values.length < pairs.length) return null;
  const baseline_value = mean(values.map((value) => value.baseline));
  const candidate_value = mean(values.map((value) => value.candidate));
  const delta_pct = changeOf(baseline_value, candidate_value, metric.unit);
  if (delta_pct === null) return null;
  const random = options.random.fork(`${arms.candidate} ${metric.metric}`);
  const resample: Resample = (levels) =>
    metric.bootstrap(pairs, { levels, unit: metric.unit, resamples: RESAMPLES, random });
  const judged =
    values.length === 1 ? judgeOnePair(resample) : judgePairs(metric, values, resample, random, options);
  if (judged === null) return null;
  const { factor } = options;
  const change = {
    baseline_value,
    candidate_value,
    delta_unit: metric.unit,
    delta_pct,
    pairs: values.length,
  };
  return { factor, ...arms, metric: metric.metric, ...change, ...judged };
}

type Judgement = Pick<
  Comparison,
  "ci95_pct" | "bootstrap95_pct" | "p_value" | "p_sign_flip" | "verdict" | "pairs_to_decide" | "advice"
>;
type Resample = (levels: BootstrapOptions["levels"]) => BootstrapInterval | null;

function judgeOnePair(resample: Resample): Judgement | null {
  const sessions = resample("sessions");
  if (sessions === null) return null;
  return { ci95_pct: [sessions.lo, sessions.hi], verdict: "inconclusive", advice: adviseOnePair() };
}

function judgePairs(
  { metric, unit, goodness }: ComparedMetric,
  values: readonly PairValues[],
  resample: Resample,
  random: Random,
  options: CompareOptions,
): Judgement | null {
  const interval = pairInterval(values, unit);
  if (interval === null) return null;
  const min_effect = unit === "percent" ? options.min_effect_pct : options.min_effect_points;
  const effect = { ...interval, pairs: values.length, min_effect, goodness };
  const verdict = decideVerdict(effect);
  const differences = values.map(({ baseline, candidate }) => candidate - baseline);
  const bootstrap = resample("pairs_and_sessions");
  const forecast = { ...effect, sd: pooledSd(interval.sd, values.length, metric, options.noise) };
  const pairs_to_decide = verdict === "inconclusive" ? pairsInAll(forecast) : null;
  return {
    ci95_pct: [interval.lo, interval.hi],
    ...(pairs_to_decide === null ? {} : { pairs_to_decide }),
    ...(bootstrap === null ? {} : { bootstrap95_pct: [bootstrap.lo, bootstrap.hi] }),
    p_value: interval.p_value,
    p_sign_flip: signFlipP(differences, random.fork("sign flips")),
    verdict,
    advice: verdict === "inconclusive" ? adviseMorePairs(forecast, resample("sessions")?.se ?? null) : null,
  };
}

/** Holm over all rows that have a p-value. */
function adjustAll(rows: readonly Comparison[]): Comparison[] {
  const tested = rows.flatMap((row) => (row.p_value === undefined ? [] : [{ row, p_value: row.p_value }]));
  const adjusted = adjustHolm(tested.map(({ p_value }) => p_value));
  const holm = new Map(tested.map(({ row }, i) => [row, adjusted[i]]));
  return rows.map((row) => {
    const p_holm = holm.get(row);
    if (p_holm === undefined) return row;
    const found = row.verdict === "better" || row.verdict === "worse";
    return { ...row, p_holm, advice: found ? noteHolm(p_holm, tested.length) : row.advice };
  });
}
