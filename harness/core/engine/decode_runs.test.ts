// That runs change nothing else is held by the random worlds of engine_core.test.ts and by harness/cli/sim/sim_arm.test.ts.

import { expect, test } from "bun:test";
import { present } from "../../domain/assert.ts";
import { FIXTURE_CONNECTOR } from "../connector/connector_fixture.ts";
import type { EngineEffect } from "./engine_api.ts";
import { EngineCore } from "./engine_core.ts";
import { FIXTURE_ENGINE, promptRequest } from "./engine_fixture.ts";

/**
 * A request of 8 tokens that answers with 6 is prefilled in 10 + 8 µs, which also starts the save of its two blocks. The
 * five decode steps behind it, of 11 µs each, go out as one run from 18 to 73 µs.
 */
function coreInRun() {
  const connector = { ...FIXTURE_CONNECTOR, enable_lookup: false };
  const core = new EngineCore({ ...FIXTURE_ENGINE, connector }, 7, { fuse_decode_steps: true });
  const prefill = find(
    core.handle({ type: "request_arrived", request: promptRequest("r", 8, 6) }, 0),
    "step",
  );
  const effects = core.handle({ type: "step_done", step_id: prefill.step_id }, 18_000);
  const run = find(effects, "step");
  expect(run.duration_ns).toBe(55_000);
  return { core, run, save: find(effects, "exists") };
}

function find<T extends EngineEffect["type"]>(effects: readonly EngineEffect[], type: T) {
  const isOf = (effect: EngineEffect): effect is Extract<EngineEffect, { readonly type: T }> =>
    effect.type === type;
  return present(effects.find(isOf), `there is a ${type}`);
}

test("a run goes on behind an event that at most frees blocks, and ends when it was to end", () => {
  const { core, run, save } = coreInRun();
  const saved = core.handle({ type: "exists_done", op_id: save.op_id, codes: [1, 1] }, 30_000);
  expect(saved).toEqual([]);
  const ended = core.handle({ type: "step_done", step_id: run.step_id }, 73_000);
  expect(find(ended, "decoded").ends_ns).toEqual([29_000, 40_000, 51_000, 62_000, 73_000]);
  expect(find(ended, "finish").request.request_id).toBe("r");
  core.assertInvariants();
});

test("a request that comes into a run is planned for when the step under way has ended", () => {
  const { core } = coreInRun();
  const effects = core.handle({ type: "request_arrived", request: promptRequest("s", 4, 1) }, 30_000);
  expect(find(effects, "decoded").ends_ns).toEqual([29_000]);
  const step = find(effects, "step");
  expect([step.started_ns, step.duration_ns]).toEqual([29_000, 11_000]);
  const next = find(core.handle({ type: "step_done", step_id: step.step_id }, 40_000), "step");
  // One decode token and the four of the prompt.
  expect(next.duration_ns).toBe(15_000);
});

test("a step goes out alone while somebody waits for the store's answer, and the next is planned with it", () => {
  const config = { ...FIXTURE_ENGINE, connector: FIXTURE_CONNECTOR };
  const core = new EngineCore(config, 7, { fuse_decode_steps: true });
  // Of 3 tokens: no block to ask for. 13 µs of prefill, then a run of steps of 11 µs.
  const prefill = core.handle({ type: "request_arrived", request: promptRequest("r", 3, 6) }, 0);
  core.handle({ type: "step_done", step_id: find(prefill, "step").step_id }, 13_000);
  const cut = core.handle({ type: "request_arrived", request: promptRequest("s", 8, 1) }, 30_000);
  const asking = core.handle({ type: "step_done", step_id: find(cut, "step").step_id }, 35_000);
  const step = find(asking, "step");
  expect(step.duration_ns).toBe(11_000);
  const answer = { type: "exists_done", op_id: find(asking, "exists").op_id, codes: [0] } as const;
  expect(core.handle(answer, 36_000)).toEqual([]);
  const next = find(core.handle({ type: "step_done", step_id: step.step_id }, 46_000), "step");
  // One decode token and the eight of the prompt.
  expect(next.duration_ns).toBe(19_000);
});
