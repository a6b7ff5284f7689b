// An earlier run directory as a night of the history: each arm a scenario of its own. What needs the counters of the processes
// (local_put_ratio) is not in a run directory, and stays absent.

import type { RequestRecord } from "../../domain/request_record.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { ArmRun } from "../../measure/arm_run.ts";
import { readRun, type StoredRun } from "../../measure/read_run.ts";
import { metricValuesOf } from "../metric_values.ts";
import { comparableKey } from "./comparable_key.ts";
import type { History } from "./history.ts";

/** The number of scenarios that were added. */
export function importRun(history: History, run_path: string): Result<number, string> {
  if (history.hasRun(run_path)) return err(`${run_path}: is in the history already`);
  const stored = readRun(run_path);
  if (!stored.ok) return err(stored.error.message);
  const { manifest, summary } = stored.value;
  if (summary === null)
    return err(`${run_path}: must have a summary.json, got a run that is ${manifest.status}`);
  const { git_head, git_dirty } = manifest.versions;
  const build = `${git_head ?? "unknown"}${git_dirty === true ? " with changes" : ""}`;
  const night_id = history.addNight({ started_at: manifest.started_at, suite: "import", build });
  const problems = summary.validity
    .filter((check) => check.ok === false)
    .map(({ check, detail }) => `${check}: ${detail}`);
  for (const { name, config } of manifest.arms) {
    history.addRun(night_id, {
      scenario: `${manifest.scenario}/${name}`,
      config_key: comparableKey(config, manifest.runtime, manifest.host),
      purpose: "night",
      run_path,
      valid: summary.valid,
      problems,
      pairs: armPairs(stored.value, name),
    });
  }
  return ok(manifest.arms.length);
}

function armPairs({ records }: StoredRun, arm: string) {
  const own = records.filter((record) => record.arm === arm);
  return [...Map.groupBy(own, ({ pair_index }) => pair_index)].map(([pair_index, records]) => {
    const run: ArmRun = { pair_index, duration_ns: durationOf(records), records, scrapes: [], faults: [] };
    return { pair_index, values: metricValuesOf(run) };
  });
}

/** First intended send to last token. */
function durationOf(records: readonly RequestRecord[]): number {
  let first_ns = Number.POSITIVE_INFINITY;
  let last_ns = Number.NEGATIVE_INFINITY;
  for (const { intended_ns, last_token_ns } of records) {
    first_ns = Math.min(first_ns, intended_ns);
    last_ns = Math.max(last_ns, last_token_ns ?? last_ns);
  }
  return Math.max(0, last_ns - first_ns);
}
