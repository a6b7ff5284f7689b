// What each factor of a study did: every contrast (contrasts.ts) with Student's t interval over blocks (stats/pair_interval.ts),
// which decides, the two-level bootstrap over blocks and conversations and the sign-flip p beside it, and Holm over everything
// that was tested.

import type { Random } from "../../clock/random.ts";
import type { StudyConfig } from "../../config/study_config.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import type { BootstrapInterval, ClusterBlock } from "../../stats/contrast_bootstrap.ts";
import { adjustHolm } from "../../stats/holm.ts";
import { pairInterval } from "../../stats/pair_interval.ts";
import { signFlipP } from "../../stats/sign_flip.ts";
import { decideVerdict, type Verdict } from "../../stats/verdict.ts";
import { pairsInAll } from "../advice.ts";
import type { ComparedMetric } from "../compared_metric.ts";
import type { MetricValues } from "../metric_values.ts";
import { STUDY_METRICS } from "../study_metrics.ts";
import { type StudyContrast, studyContrasts } from "./contrasts.ts";
import type { Cell } from "./design_cells.ts";

/** One repetition of all cells. */
export interface StudyBlock {
  /** [cells] */
  readonly values: readonly MetricValues[];
  /** Null: the records of a run are gone. */
  readonly sessions: ClusterBlock<readonly RequestRecord[]> | null;
}

export interface StudyEffect extends Omit<StudyContrast, "of"> {
  readonly metric: string;
  readonly unit: ComparedMetric["unit"];
  /** In percent of the baseline cells, or points; likewise ci95 and bootstrap95. */
  readonly estimate: number;
  readonly ci95: readonly [number, number];
  /** Null: of a metric of whole runs, or without records. */
  readonly bootstrap95: readonly [number, number] | null;
  readonly blocks: number;
  readonly p_value: number;
  readonly p_sign_flip: number;
  readonly p_holm: number;
  readonly verdict: Verdict;
  /** Of an inconclusive one: blocks in all of a new study that would decide it. Null: it is decided, or too many. */
  readonly blocks_to_decide: number | null;
}

const RESAMPLES = 400;

/** Of every metric that all cells of all blocks have; by metric, main effects first. */
export function studyEffects(
  study: StudyConfig,
  cells: readonly Cell[],
  blocks: readonly StudyBlock[],
  random: Random,
): StudyEffect[] {
  const contrasts = studyContrasts(study, cells);
  const effects = study.metrics.flatMap((name) => {
    const metric = STUDY_METRICS.find((one) => one.metric === name);
    const tables = blocks.map(({ values }) => values.map((of_cell) => of_cell[name]));
    if (metric === undefined || tables.some((cells) => cells.includes(undefined))) return [];
    const numbers = tables.map((cells) => cells.map(Number));
    const resampled = resample(metric, blocks, contrasts, random.fork(`${name} sessions`));
    return contrasts.flatMap(
      (contrast, i) => estimate(study, contrast, metric, numbers, resampled[i] ?? null, random) ?? [],
    );
  });
  const adjusted = adjustHolm(effects.map(({ p_value }) => p_value));
  return effects.map((effect, i) => ({ ...effect, p_holm: adjusted[i] ?? 1 }));
}

/** [contrasts] */
function resample(
  metric: ComparedMetric,
  blocks: readonly StudyBlock[],
  contrasts: readonly StudyContrast[],
  random: Random,
): (BootstrapInterval | null)[] {
  const sessions = blocks.flatMap((block) => (block.sessions === null ? [] : [block.sessions]));
  const none = contrasts.map(() => null);
  if (sessions.length === 0 || sessions.length < blocks.length) return none;
  const options = { levels: "pairs_and_sessions", unit: metric.unit, resamples: RESAMPLES, random } as const;
  return (
    metric.bootstrapContrasts(
      sessions,
      contrasts.map(({ of }) => of),
      options,
    ) ?? none
  );
}

/** Null: the baseline is zero. */
function estimate(
  { min_effect_pct, min_effect_points }: StudyConfig,
  { of, ...naming }: StudyContrast,
  { metric, unit, goodness }: ComparedMetric,
  blocks: readonly (readonly number[])[],
  resampled: BootstrapInterval | null,
  random: Random,
): StudyEffect | null {
  const pairs = blocks.map(of);
  const interval = pairInterval(pairs, unit);
  if (interval === null) return null;
  const min_effect = unit === "percent" ? min_effect_pct : min_effect_points;
  const effect = { ...interval, pairs: blocks.length, min_effect, goodness };
  const verdict = decideVerdict(effect);
  return {
    ...naming,
    metric,
    unit,
    estimate: interval.estimate,
    ci95: [interval.lo, interval.hi],
    bootstrap95: resampled === null ? null : [resampled.lo, resampled.hi],
    blocks: blocks.length,
    p_value: interval.p_value,
    p_sign_flip: signFlipP(
      pairs.map(({ baseline, candidate }) => candidate - baseline),
      random.fork(`${metric} ${naming.name}`),
    ),
    p_holm: interval.p_value,
    verdict,
    blocks_to_decide: verdict === "inconclusive" ? pairsInAll(effect) : null,
  };
}
