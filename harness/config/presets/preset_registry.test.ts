import { expect, test } from "bun:test";
import { parseArmConfig } from "../arm_schema.ts";
import { formatConfigProblem } from "../config_problem.ts";
import { blockBytes } from "../engine_sizes.ts";
import { parseAb } from "../factors/ab_choice.ts";
import { PRESET_NAMES } from "../preset_name.ts";
import { findModelProfile } from "../profiles/models.ts";
import type { WorkloadName } from "../workload_config.ts";
import { defaultPreset, PRESETS } from "./preset_registry.ts";

test.each(PRESETS.map((preset) => [preset.name, preset] as const))(
  "%s is a valid configuration",
  (_, preset) => {
    const trace =
      preset.name === "laptop_trace" ? { workload: { name: "mooncake_trace", trace: "t.jsonl" } } : {};
    const parsed = parseArmConfig({ topology: "1p1d", ...preset.input, ...trace });
    expect(parsed.ok ? [] : parsed.error.map(formatConfigProblem)).toEqual([]);
  },
);

test("a trace has a preset of its own, with room for the longest request of the Mooncake traces", () => {
  const { input } = defaultPreset("mooncake_trace", null);
  const hbm_tokens = (input.engine?.num_hbm_blocks ?? 0) * 16;
  // The longest of mooncake_conversation.jsonl has 126,527 tokens with its answer.
  expect(hbm_tokens).toBeGreaterThan(126_527);
  expect(input.engine?.max_model_len).toBeGreaterThan(126_527);
});

test("tier_pressure outgrows HBM and memory at 1p1d", () => {
  const preset = PRESETS.find(({ name }) => name === "tier_pressure");
  const parsed = parseArmConfig({ topology: "1p1d", ...preset?.input });
  const model = findModelProfile("laptop-1b");
  if (!parsed.ok || !model.ok) throw new Error("tier_pressure is valid");
  const { engine, store, load, workload } = parsed.value;
  if (workload.name !== "multi_turn") throw new Error("tier_pressure is multi_turn");
  // 24 × 1,818 + 102 tokens in 16-token blocks: 2,733; HBM 512 blocks, two owners 384 each.
  const working_blocks = (workload.sessions * 1_818 + 102) / engine.block_tokens;
  const memory_blocks = (2 * store.segment_bytes) / blockBytes(model.value, engine);
  expect(load.concurrency).toBe(workload.sessions);
  expect(working_blocks).toBeGreaterThan(2 * (engine.num_hbm_blocks + memory_blocks));
});

test("a comparison of tiers starts where memory is outgrown, others and traces do not", () => {
  const preset = (ab: string, workload: WorkloadName | null): string => {
    const parsed = parseAb(ab);
    return parsed.ok ? defaultPreset(workload, parsed.value?.factor ?? null).name : "no such factor";
  };
  expect(preset("tiers=hbm,hbm+cpu", "multi_turn")).toBe("tier_pressure");
  expect(preset("offload_on_evict", "multi_turn")).toBe("tier_pressure");
  expect(preset("preferred_segment", "multi_turn")).toBe("laptop");
  expect(preset("none", "multi_turn")).toBe("laptop");
  expect(preset("tiers", "trace")).toBe("laptop_trace");
  expect(preset("tiers", null)).toBe("tier_pressure");
});

test("a run that names nothing sends conversations like the published trace's", () => {
  expect(defaultPreset(null, null).name).toBe("laptop_conversation");
  expect(defaultPreset("conversation_like", null).name).toBe("laptop_conversation");
});

test.each(PRESET_NAMES)("%s starts from a preset of its own, which can be named", (workload) => {
  const preset = defaultPreset(workload, null);
  expect(preset.input.workload?.name).toBe(workload);
  expect(PRESETS).toContain(preset);
});
