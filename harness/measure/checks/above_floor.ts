// A result within reach of what the client itself costs is a measurement of the client. Three figures of each arm are held
// against the floor of the machine it ran on: its peak event rate, its mean TTFT and its mean ITL.

import type { MachineFloor } from "../machine_floor.ts";
import { isAvailable } from "../measured.ts";
import type { ArmSummary, Measured, ValidityCheck } from "../run_summary.ts";
import { fail, pass, percent } from "./check_result.ts";

export interface ArmOnFloor {
  readonly arm: ArmSummary;
  /** Highest of its runs (peak_event_rate.ts). */
  readonly peak_events_per_s: number;
}

export interface FloorBounds {
  /** Peak events/s ÷ the floor's. */
  readonly floor_event_rate_ratio_max: number;
  /** Mean TTFT and ITL ÷ the floor's. */
  readonly floor_latency_multiple_min: number;
}

interface Finding {
  readonly ok: boolean;
  readonly text: string;
}

const NEXT_STEP =
  "Measure something slower than the client: longer prompts, a slower GPU profile, fewer streams; or spread the client over processes with --set load.num_clients=2 where cores are free.";

/** A latency that an arm does not have claims nothing. */
export function checkAboveFloor(
  arms: readonly ArmOnFloor[],
  floor: Measured<MachineFloor>,
  bounds: FloorBounds,
): ValidityCheck {
  const { floor_event_rate_ratio_max: rate_max, floor_latency_multiple_min: multiple_min } = bounds;
  const check = `figures are clear of this machine's floor: at most ${percent(rate_max)} of its events/s, at least ${multiple_min} × its TTFT and ITL`;
  if (!isAvailable(floor)) return fail(check, [`the floor is n/a (${floor.na})`], NEXT_STEP);
  if (arms.length === 0) return fail(check, ["no arm was measured"], NEXT_STEP);
  const found = arms.map((arm) => ({ name: arm.arm.name, findings: findingsOf(arm, floor, bounds) }));
  const problems = found.flatMap(({ name, findings }) => {
    const within = findings.filter(({ ok }) => !ok);
    return within.length === 0 ? [] : [describe(name, within)];
  });
  return problems.length > 0
    ? fail(check, problems, NEXT_STEP)
    : pass(check, found.map(({ name, findings }) => describe(name, findings)).join("; "));
}

function findingsOf(
  { arm, peak_events_per_s }: ArmOnFloor,
  floor: MachineFloor,
  bounds: FloorBounds,
): Finding[] {
  const ratio = peak_events_per_s / floor.events_per_s;
  const multiple_min = bounds.floor_latency_multiple_min;
  return [
    { ok: ratio <= bounds.floor_event_rate_ratio_max, text: `${percent(ratio)} of its events/s` },
    ...latencyFinding("TTFT", arm.metrics.ttft_ms, floor.ttft_ms_p50, multiple_min),
    ...latencyFinding("ITL", arm.metrics.itl_ms, floor.itl_ms_p50, multiple_min),
  ];
}

/** None where the arm has no such latency. */
function latencyFinding(
  what: string,
  latency: ArmSummary["metrics"]["ttft_ms"],
  floor_ms: Measured,
  multiple_min: number,
): Finding[] {
  if (!isAvailable(latency)) return [];
  if (!isAvailable(floor_ms)) return [{ ok: false, text: `its ${what} n/a (${floor_ms.na})` }];
  const multiple = latency.mean / floor_ms;
  return [{ ok: multiple >= multiple_min, text: `${multiple.toFixed(1)} × its ${what}` }];
}

function describe(name: string, findings: readonly Finding[]): string {
  return `${name}: ${findings.map(({ text }) => text).join(", ")}`;
}
