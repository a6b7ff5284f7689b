import { expect, test } from "bun:test";
import { runFuzzScenario } from "./fuzz_run.ts";
import { drawScenario } from "./fuzz_scenario.ts";

const SEEDS = 40;

test("random scenarios of fixed seeds keep every promise, and reach what they are there for", async () => {
  const seen = { requests: 0, faults: 0, disk: 0, handovers: 0 };
  for (let seed = 1; seed <= SEEDS; seed++) {
    const scenario = drawScenario(seed);
    const { requests, failure } = await runFuzzScenario(scenario);
    expect(failure === null ? null : `${failure}; repeat: bun run sim-fuzz --seed ${seed}`).toBeNull();
    seen.requests += requests;
    seen.faults += scenario.faults.length;
    if (scenario.config.store.tiers === "hbm+cpu+disk") seen.disk++;
    if (scenario.config.topology.includes("p")) seen.handovers++;
  }
  for (const [what, count] of Object.entries(seen)) expect([what, count > 5]).toEqual([what, true]);
});

test("the same seed draws the same scenario", () => {
  expect(drawScenario(17)).toEqual(drawScenario(17));
});
