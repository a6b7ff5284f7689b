// The compared metrics of one run on its own, where runs of more than two arms or of different nights are compared. Unlike a
// comparison of two arms, a request that failed elsewhere is not left out; runs with many errors are refused anyway.

import type { ArmRun } from "../measure/arm_run.ts";
import { matchSessions } from "./run_pair.ts";
import { STUDY_METRICS } from "./study_metrics.ts";

/** Metric → value. A metric that the run does not have is absent. */
export type MetricValues = Readonly<Record<string, number>>;

export function metricValuesOf(run: ArmRun): MetricValues {
  const pair = { baseline: run, candidate: run };
  const matched = { ...pair, sessions: matchSessions(pair) };
  return Object.fromEntries(
    STUDY_METRICS.flatMap(({ metric, valuesOf }) => {
      const values = valuesOf(matched);
      return values === null ? [] : [[metric, values.baseline] as const];
    }),
  );
}
