// One run of a cell of a study: a run directory of its own, and what the study keeps of it.

import { present } from "../../domain/assert.ts";
import { ok, type Result } from "../../domain/result.ts";
import type { CellRun } from "../../study/ablation/run_study.ts";
import type { BenchFailure } from "./bench_run.ts";
import { failedChecks, type RecordedRunOptions, recordRun } from "./recorded_run.ts";

/** The context has one arm and one run. */
export async function recordCell(recording: RecordedRunOptions): Promise<Result<CellRun, BenchFailure>> {
  const recorded = await recordRun(recording);
  if (!recorded.ok) return recorded;
  const { summary, values, run_path, elapsed_s } = recorded.value;
  return ok({
    values: present(values[0], "a run of one pair has its values").values,
    valid: summary.valid,
    problems: failedChecks(summary),
    run_path,
    elapsed_s,
  });
}
