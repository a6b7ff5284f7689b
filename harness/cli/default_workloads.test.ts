// What `bench 3p1d --workload X` starts from: without a hit from the store a comparison of the store's switches compares nothing.

import { expect, setDefaultTimeout, test } from "bun:test";
import { generateSessions } from "../../workloads/generate.ts";
import { parseArmConfig } from "../config/arm_schema.ts";
import { PRESET_NAMES } from "../config/preset_name.ts";
import { defaultPreset } from "../config/presets/preset_registry.ts";
import { findGpuProfile } from "../config/profiles/gpus.ts";
import { findModelProfile } from "../config/profiles/models.ts";
import { parseTopology } from "../domain/topology.ts";
import { simArmRunner } from "./sim/sim_runner.ts";

// A loaded machine takes its time.
setDefaultTimeout(180_000);

function expectOk<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

for (const workload of [...PRESET_NAMES, "multi_turn", "rl_rollout"] as const) {
  test(`${workload} loads from the store where its preset leaves it`, async () => {
    const { input } = defaultPreset(workload, null);
    const own = input.workload?.name === workload ? input.workload : { name: workload };
    const config = expectOk(parseArmConfig({ topology: "3p1d", ...input, workload: own }));
    const result = await simArmRunner(null)({
      arm: { name: "only", factors: {}, config },
      ...{ pair_index: 0, run_index: 0, seed: 1 },
      sessions: expectOk(generateSessions(config.workload, 1)),
      topology: expectOk(parseTopology("3p1d")),
      profiles: {
        model: expectOk(findModelProfile(config.engine.model)),
        gpu: expectOk(findGpuProfile(config.engine.gpu)),
      },
      ...{ run_path: "", logs_path: "", signal: new AbortController().signal },
      onStage: () => {},
      onProgress: () => {},
      onRecord: () => {},
      onFault: () => {},
      traced_requests: null,
      onSample: () => {},
    });
    const { run } = expectOk(result);
    expect(run.records.filter(({ error }) => error !== null)).toEqual([]);
    const cpu_tokens = run.records.reduce((sum, { cached_tokens }) => sum + (cached_tokens?.cpu ?? 0), 0);
    const input_tokens = run.records.reduce((sum, record) => sum + record.input_tokens, 0);
    // The least, rag's, is 0.11.
    expect(cpu_tokens / input_tokens).toBeGreaterThan(0.05);
  });
}
