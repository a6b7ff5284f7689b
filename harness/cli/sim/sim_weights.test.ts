// Weight updates between the cycles of rl_rollout, on the virtual clock.

import { expect, test } from "bun:test";
import { generateSessions } from "../../../workloads/generate.ts";
import { parseArmConfig } from "../../config/arm_schema.ts";
import { findGpuProfile } from "../../config/profiles/gpus.ts";
import { findModelProfile } from "../../config/profiles/models.ts";
import { parseTopology } from "../../domain/topology.ts";
import type { WeightReset } from "../../domain/weight_reset.ts";
import type { SimFault } from "../../sim/sim_fault.ts";
import { makeSimulation, type SimArmOptions } from "./sim_arm.ts";

/** Three cycles of four prompts, two samples each, on two engines; leases outlive a cycle. */
function rolloutOptions(weight_reset: WeightReset, on_reset_failure = "crash"): SimArmOptions {
  const workload = {
    name: "rl_rollout",
    cycles: 3,
    prompts: 4,
    samples_per_prompt: 2,
    prompt_tokens: 256,
    turns: 1,
    output_tokens: 4,
  };
  const config = expectOk(
    parseArmConfig({
      topology: "2e",
      engine: { weight_reset },
      store: { tiers: "hbm+cpu", lease_ttl_ms: 60_000 },
      connector: { on_reset_failure },
      router: { policy: "round_robin" },
      workload,
    }),
  );
  return {
    arm: { name: "only", factors: {}, config },
    pair_index: 0,
    seed: 5,
    sessions: expectOk(generateSessions(config.workload, 5)),
    topology: expectOk(parseTopology("2e")),
    profiles: {
      model: expectOk(findModelProfile(config.engine.model)),
      gpu: expectOk(findGpuProfile(config.engine.gpu)),
    },
    onRecord: () => {},
  };
}

function expectOk<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

interface Outcome {
  readonly stale_reads: number;
  readonly finished_requests: number;
  readonly refused_by: string | null;
  /** Objects in the store when the first weight update was over. */
  readonly keys_after_update: number;
  /** RemoveAll that the master has served. */
  readonly remove_all_requests: number;
}

function runRollouts(options: SimArmOptions, faults: readonly SimFault[] = []): Outcome {
  let refused_by: string | null = null;
  let keys_after_update = -1;
  const onWeightsRefused = (engine_name: string): void => {
    refused_by = engine_name;
  };
  const simulation = makeSimulation({ ...options, faults, onWeightsRefused }, () => {});
  const { stack, load } = simulation;
  const update = stack.updateWeights.bind(stack);
  stack.updateWeights = (weights_version, weight_reset, done) =>
    update(weights_version, weight_reset, (engine_name) => {
      if (keys_after_update < 0) keys_after_update = stack.masters[0]?.stats().key_count ?? 0;
      done(engine_name);
    });
  simulation.start();
  simulation.run();
  const stale_reads = stack.engines.reduce((sum, engine) => sum + engine.snapshot().stale_reads, 0);
  const remove_all_requests = stack.masters[0]?.stats().requests.remove_all ?? 0;
  const { finished_requests } = load;
  return { stale_reads, finished_requests, refused_by, keys_after_update, remove_all_requests };
}

test("spec verl: after a hard reset nothing of the old weights is read, without one it is", () => {
  const hard = runRollouts(rolloutOptions("hard"));
  expect(hard).toMatchObject({ stale_reads: 0, keys_after_update: 0, finished_requests: 24 });
  const none = runRollouts(rolloutOptions("none"));
  expect(none.stale_reads).toBeGreaterThan(0);
  expect(none.keys_after_update).toBeGreaterThan(0);
});

test("spec sglang: an unforced reset leaves leased keys, and they are read", () => {
  const unforced = runRollouts(rolloutOptions("unforced"));
  expect(unforced.keys_after_update).toBeGreaterThan(0);
  expect(unforced.stale_reads).toBeGreaterThan(0);
});

test("spec verl: every weight update is a RemoveAll of every engine at the master, and none is without one", () => {
  // Three cycles have two updates between them; each of the two engines wipes: 2 × 2.
  expect(runRollouts(rolloutOptions("hard")).remove_all_requests).toBe(4);
  expect(runRollouts(rolloutOptions("unforced")).remove_all_requests).toBe(4);
  expect(runRollouts(rolloutOptions("none")).remove_all_requests).toBe(0);
});

/** Before the first cycle is over. */
const DEAD_MASTER: SimFault = { kind: "master_restart", index: 0, at_ns: 1_000_000, away_ns: null };

test("spec verl: with a dead master the reset surfaces and ends the run, or the engines go on without the store", () => {
  expect(runRollouts(rolloutOptions("hard", "crash"), [DEAD_MASTER])).toMatchObject({
    refused_by: "engine-0",
    finished_requests: 8,
  });
  expect(runRollouts(rolloutOptions("hard", "fallback"), [DEAD_MASTER])).toEqual({
    refused_by: null,
    finished_requests: 24,
    stale_reads: 0,
    keys_after_update: 0,
    remove_all_requests: 0,
  });
});
