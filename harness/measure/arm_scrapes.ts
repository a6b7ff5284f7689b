// Which processes of a run answer for what.

import type { ArmRun, ProcessScrape } from "./arm_run.ts";
import { counterDelta } from "./counter_delta.ts";
import { sumOf } from "./measured.ts";
import { NATIVE_SERIES } from "./metric_names.ts";
import type { Labels } from "./prometheus_text.ts";
import type { Measured } from "./run_summary.ts";

/**
 * prompt: engines that compute or load prompts (prefill, both); output: engines that emit tokens (decode, both); native: engines
 * that offload into a pool of their own.
 */
export type Witness =
  | "engines"
  | "prompt_engines"
  | "native_engines"
  | "output_engines"
  | "master"
  | "owners";

export function witnesses(run: ArmRun, who: Witness): readonly ProcessScrape[] {
  return run.scrapes.filter((scrape) => {
    if (who === "master") return scrape.kind === "master";
    if (who === "owners") return scrape.kind === "owner";
    if (scrape.kind !== "engine") return false;
    if (who === "native_engines") return scrape.before?.has(NATIVE_SERIES.cpu_keys) ?? false;
    if (who === "prompt_engines") return scrape.role !== "decode";
    if (who === "output_engines") return scrape.role !== "prefill";
    return true;
  });
}

/** Growth of a counter over all runs of an arm. */
export function armCounter(
  runs: readonly ArmRun[],
  who: Witness,
  name: string,
  labels: Labels = {},
): Measured {
  return sumOf(runs.map((run) => counterDelta(witnesses(run, who), name, labels)));
}
