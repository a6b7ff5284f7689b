import { expect, test } from "bun:test";
import { summariseArm } from "../measure/arm_summary.ts";
import { requestRecord } from "../measure/request_fixture.ts";
import type { RunSummary } from "../measure/run_summary.ts";
import { predictionErrors } from "./prediction_error.ts";

const MS = 1_000_000;

function runOf(ttft_ms: number, cpu: number): RunSummary {
  const record = requestRecord({
    sent_ns: 0,
    first_token_ns: ttft_ms * MS,
    input_tokens: 100,
    cached_tokens: { hbm: 0, cpu, disk: 0 },
    ...{ queue_ms: ttft_ms / 2, lookup_ms: 3, load_ms: 0, prefill_ms: 40, handover_ms: 7 },
  });
  const run = { pair_index: 0, duration_ns: 1e9, records: [record], scrapes: [], faults: [] };
  const arm = summariseArm({
    name: "only",
    factors: {},
    block_tokens: 16,
    keys_per_block: 1,
    theoretical_hit_ratio: 0.5,
    runs: [run],
  });
  return {
    schema_version: 1,
    scenario: "x",
    runtime: "live",
    valid: true,
    validity: [],
    arms: [arm],
    comparisons: [],
    real: [],
    modelled: [],
  };
}

test("errors are parts of the live value; nothing predicted of nothing is no error", () => {
  const errors = new Map(predictionErrors(runOf(200, 50), runOf(190, 60)).map((row) => [row.metric, row]));
  // (190 − 200) ÷ 200 and (60 − 50) ÷ 50
  expect(errors.get("ttft_ms_p50")?.error_pct).toBeCloseTo(-5, 10);
  expect(errors.get("hit_tokens_cpu")).toMatchObject({ live: 50, sim: 60, error_pct: 20 });
  expect(errors.get("hit_tokens_disk")?.error_pct).toBe(0);
});

test("errors of TTFT's stages add up to that of its mean", () => {
  const errors = predictionErrors(runOf(200, 50), runOf(190, 60));
  const of_stages = errors.filter(({ metric }) => metric.startsWith("ttft_in_"));
  expect(of_stages.map(({ metric }) => metric)).toContain("ttft_in_queue_ms_mean");
  // Half of TTFT is queueing, here; what no stage explains takes the rest.
  expect(errors.find(({ metric }) => metric === "ttft_in_queue_ms_mean")?.error_pct).toBeCloseTo(-2.5, 10);
  const sum = of_stages.reduce((total, { error_pct = Number.NaN }) => total + error_pct, 0);
  expect(sum).toBeCloseTo(-5, 10);
});

test("a prediction where live has nothing has no relative error", () => {
  const errors = predictionErrors(runOf(200, 0), runOf(200, 16));
  expect(errors.find((row) => row.metric === "hit_tokens_cpu")).toEqual({
    arm: "only",
    metric: "hit_tokens_cpu",
    live: 0,
    sim: 16,
  });
});
