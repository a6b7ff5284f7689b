import { expect, test } from "bun:test";
import type { SimFault } from "../../sim/sim_fault.ts";
import { runFuzzScenario } from "./fuzz_run.ts";
import { drawScenario } from "./fuzz_scenario.ts";

const SEEDS = 40;

test("random scenarios of fixed seeds keep every promise, and reach what they are there for", async () => {
  const seen = { requests: 0, disk: 0, handovers: 0, expired_reads: 0 };
  const kinds = new Set<SimFault["kind"]>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const scenario = drawScenario(seed);
    const { requests, expired_reads, failure } = await runFuzzScenario(scenario);
    expect(failure === null ? null : `${failure}; repeat: bun run sim-fuzz --seed ${seed}`).toBeNull();
    seen.requests += requests;
    seen.expired_reads += expired_reads;
    for (const { kind } of scenario.faults) kinds.add(kind);
    if (scenario.config.store.tiers === "hbm+cpu+disk") seen.disk++;
    if (scenario.config.topology.includes("p")) seen.handovers++;
  }
  expect([...kinds].sort()).toEqual([
    "disk_full",
    "link_loss",
    "master_restart",
    "owner_death",
    "pause",
    "resume",
    "slow_disk",
    "slow_link",
  ]);
  for (const [what, count] of Object.entries(seen)) expect([what, count > 5]).toEqual([what, true]);
}, 180_000);

test("the same seed draws the same scenario", () => {
  expect(drawScenario(17)).toEqual(drawScenario(17));
});
