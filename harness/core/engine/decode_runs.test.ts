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
  expect(find(ended, "finish").request_id).toBe("r");
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
