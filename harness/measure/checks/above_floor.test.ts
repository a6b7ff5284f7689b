import { expect, test } from "bun:test";
import { summariseArm } from "../arm_summary.ts";
import { machineFloor } from "../floor_fixture.ts";
import { NO_FLOOR_IN_SIM } from "../machine_floor.ts";
import { requestRecord } from "../request_fixture.ts";
import type { ArmSummary, ValidityCheck } from "../run_summary.ts";
import { type ArmOnFloor, checkAboveFloor } from "./above_floor.ts";

const BOUNDS = { floor_event_rate_ratio_max: 0.5, floor_latency_multiple_min: 3 };

/** TTFT 100 ms, ITL 10 ms. */
function arm(records = [requestRecord()]): ArmSummary {
  const run = { pair_index: 0, duration_ns: 1e9, records, scrapes: [], faults: [] };
  const head = { name: "a", factors: {}, block_tokens: 16, keys_per_block: 1, theoretical_hit_ratio: 0.5 };
  return summariseArm({ ...head, runs: [run] });
}

function check(floor = machineFloor(), changes: Partial<ArmOnFloor> = {}): ValidityCheck {
  return checkAboveFloor([{ arm: arm(), peak_events_per_s: 50_000, ...changes }], floor, BOUNDS);
}

test("half of the floor's events and three times its latencies pass; the figures are named", () => {
  // 50,000 of 100,000; 100 ms / 0.1 ms; 10 ms / 0.02 ms
  expect(check()).toMatchObject({
    ok: true,
    detail: "a: 50.0 % of its events/s, 1000.0 × its TTFT, 500.0 × its ITL",
  });
  expect(check(machineFloor({ ttft_ms_p50: 33, itl_ms_p50: 3.3 })).ok).toBe(true); // 3.03 × both
});

test("what is within reach of the floor is refused, and only that is named", () => {
  expect(check(machineFloor(), { peak_events_per_s: 50_100 })).toMatchObject({
    ok: false,
    detail: "a: 50.1 % of its events/s",
  });
  expect(check(machineFloor({ ttft_ms_p50: 40 }))).toMatchObject({ ok: false, detail: "a: 2.5 × its TTFT" });
  expect(check(machineFloor({ itl_ms_p50: 4 }))).toMatchObject({ ok: false, detail: "a: 2.5 × its ITL" });
});

test("a floor that is not known proves nothing; a latency that the arm does not have claims nothing", () => {
  expect(checkAboveFloor([{ arm: arm(), peak_events_per_s: 1 }], NO_FLOOR_IN_SIM, BOUNDS).ok).toBe(false);
  expect(checkAboveFloor([], machineFloor(), BOUNDS).ok).toBe(false);
  expect(check(machineFloor({ itl_ms_p50: { na: "one read" } })).detail).toBe("a: its ITL n/a (one read)");
  const one_token = arm([requestRecord({ token_ns: [100e6], output_tokens: 1 })]);
  expect(check(machineFloor({ itl_ms_p50: 4 }), { arm: one_token })).toMatchObject({
    ok: true,
    detail: "a: 50.0 % of its events/s, 1000.0 × its TTFT",
  });
});
