// Three runs whose records are known to the byte: what makes the simulator faster must not change what it says.

import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { generateSessions } from "../../../workloads/generate.ts";
import { parseArmConfig } from "../../config/arm_schema.ts";
import { TIER_PRESSURE } from "../../config/presets/tier_pressure.ts";
import { findGpuProfile } from "../../config/profiles/gpus.ts";
import { findModelProfile } from "../../config/profiles/models.ts";
import { parseTopology } from "../../domain/topology.ts";
import type { SimFault } from "../../sim/sim_fault.ts";
import { runSimArm, type SimArmOptions } from "./sim_arm.ts";
import { fleetSessions } from "./sim_bench_run.ts";

const SEED = 11;

/** SHA-256 of the records as JSON. A change that is meant to change what the simulator says gives new ones, and says why. */
interface Scenario {
  readonly name: string;
  readonly topology: string;
  readonly input: object;
  /** Requests of a fleet's conversations; null: the workload's sessions. */
  readonly fleet_requests: number | null;
  readonly faults: readonly SimFault[];
  readonly sha256: string;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: "P/D pairs whose turns come back from cpu and disk",
    topology: "3p1d",
    input: {
      ...TIER_PRESSURE.input,
      store: { ...TIER_PRESSURE.input.store, tiers: "hbm+cpu+disk" },
      router: { policy: "round_robin" },
    },
    fleet_requests: null,
    faults: [],
    sha256: "5f95930f88c03d6b428fd189db20ca85a7d729024255fe0f486acedd757204d3",
  },
  {
    name: "combined engines that save more than the store holds, routed by KV",
    topology: "4e",
    input: {
      engine: { block_tokens: 64, num_hbm_blocks: 96, kv_scale: 1 / 64, model: "qwen3-8b", gpu: "h200" },
      store: { tiers: "hbm+cpu", segment_bytes: 16 * 2 ** 20 },
      router: { policy: "kv_aware" },
      load: { concurrency: 24 },
    },
    fleet_requests: 400,
    faults: [],
    sha256: "f484e7eb30e6873596364de2de5cc8903681fbe4fa232df3c647c5ad1cf764be",
  },
  {
    name: "an owner that dies under load",
    topology: "2e",
    input: {
      store: { tiers: "hbm+cpu" },
      engine: { num_hbm_blocks: 200 },
      router: { policy: "prefix" },
    },
    fleet_requests: null,
    faults: [{ kind: "owner_death", owner_index: 0, at_ns: 500_000_000, away_ns: 1_000_000_000 }],
    sha256: "70edc89a06e59bf9e15a6df67583800cd64ac3b32dfff1227a63eee2a5ec8ee1",
  },
];

for (const scenario of SCENARIOS) {
  test(`the records are the known ones: ${scenario.name}`, async () => {
    const { run } = await runSimArm(optionsOf(scenario));
    expect(createHash("sha256").update(JSON.stringify(run.records)).digest("hex")).toBe(scenario.sha256);
  });
}

function optionsOf({ topology, input, fleet_requests, faults }: Scenario): SimArmOptions {
  const config = expectOk(parseArmConfig({ topology, ...input }));
  return {
    arm: { name: "only", factors: {}, config },
    pair_index: 0,
    seed: SEED,
    sessions:
      fleet_requests === null
        ? expectOk(generateSessions(config.workload, SEED))
        : fleetSessions(fleet_requests, SEED),
    topology: expectOk(parseTopology(topology)),
    profiles: {
      model: expectOk(findModelProfile(config.engine.model)),
      gpu: expectOk(findGpuProfile(config.engine.gpu)),
    },
    faults,
    onRecord: () => {},
  };
}

function expectOk<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
