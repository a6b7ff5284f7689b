// One night, ready to be rendered.

import type { Night } from "./history.ts";
import type { NightFinding } from "./judge_night.ts";

export interface NightReport {
  readonly schema_version: 1;
  readonly night: Night;
  readonly runtime: string;
  /** Of the SQLite file, as it was given: what is acknowledged has to be acknowledged there. */
  readonly history_path: string;
  /** Every night of the history, ascending, tonight last. */
  readonly nights: readonly Night[];
  readonly scenarios: readonly NightScenario[];
  readonly findings: readonly NightFinding[];
}

export interface NightScenario {
  readonly scenario: string;
  readonly valid: boolean;
  readonly problems: readonly string[];
  readonly run_path: string;
  /** Earlier nights under this name that had other settings, or another kind of host. */
  readonly nights_not_compared: number;
}

export type NightOutcome = "regressed" | "invalid" | "steady";

/** A regression outranks an invalid run: it was confirmed on valid ones. */
export function nightOutcome({ findings, scenarios }: NightReport): NightOutcome {
  if (findings.some(({ status }) => status === "regressed")) return "regressed";
  return scenarios.every(({ valid }) => valid) ? "steady" : "invalid";
}
