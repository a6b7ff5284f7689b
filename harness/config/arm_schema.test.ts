import { expect, test } from "bun:test";
import { MIB } from "../domain/units.ts";
import { parseArmConfig } from "./arm_schema.ts";
import { formatConfigProblem } from "./config_problem.ts";
import { type ConfigTree, mergeTrees, treeOfPath } from "./config_tree.ts";

function sentences(input: ConfigTree): string[] {
  const parsed = parseArmConfig({ topology: "1p1d", ...input });
  return parsed.ok ? [] : parsed.error.map(formatConfigProblem);
}

test("a topology alone gives the whole default configuration", () => {
  const parsed = parseArmConfig({ topology: "3p1d" });
  if (!parsed.ok) throw new Error(parsed.error.map(formatConfigProblem).join("\n"));
  const { engine, store, load, link, workload, router } = parsed.value;
  expect(engine).toMatchObject({ model: "laptop-1b", gpu: "laptop", kv_scale: 1, num_hbm_blocks: 512 });
  expect(store).toMatchObject({ kind: "embedded", tiers: "hbm+cpu+disk", segment_bytes: 268_435_456 });
  expect(store.disk).toMatchObject({ path: null, bucket_eviction: "lru", staging_bytes: 67_108_864 });
  expect(link).toMatchObject({ bandwidth_bytes_per_s: 1_250_000_000, latency_us: 50, protocol: "auto" });
  expect(load).toMatchObject({ arrivals: "closed", concurrency: 8 });
  expect(workload).toMatchObject({ name: "multi_turn", sessions: 24, turns: 3 });
  expect(router.policy).toBe("session");
});

test("the result cannot be changed at any depth", () => {
  const parsed = parseArmConfig({ topology: "1p1d" });
  if (!parsed.ok) throw new Error("the default configuration is valid");
  expect(() => Object.assign(parsed.value.store.disk, { heartbeat_ms: 1 })).toThrow();
});

test("sizes are numbers or text with a unit", () => {
  const parsed = parseArmConfig({ topology: "1p1d", store: { segment_bytes: "64MiB" } });
  expect(parsed.ok && parsed.value.store.segment_bytes).toBe(64 * MIB);
});

test("every problem of a shape is told at once, with where, rule, got and next step", () => {
  const input = [
    treeOfPath("engine.modle", "x"),
    treeOfPath("store.tiers", "hbm+cpuu"),
    treeOfPath("store.segment_bytes", "64 parsecs"),
    treeOfPath("engine.kv_scale", 0),
    treeOfPath("store.lease_ttl_ms", -1),
    treeOfPath("connector.load_async", "yes"),
    treeOfPath("workload.sesions", 3),
  ].reduce(mergeTrees);
  expect(sentences(input).sort()).toEqual([
    'connector.load_async: must be true or false, got "yes". Use true or false.',
    "engine.kv_scale: must be above 0, got 0. Choose a value above 0.",
    'engine.modle: is not a setting, got "x". Did you mean engine.model?',
    "store.lease_ttl_ms: must be at least 0, got -1. Choose a value at least 0.",
    'store.segment_bytes: must be a number, got "64 parsecs". Write digits; a size may have a unit, such as "64MiB".',
    'store.tiers: must be a known name, got "hbm+cpuu". Did you mean hbm+cpu? Use hbm, hbm+cpu or hbm+cpu+disk.',
    "workload.sesions: is not a setting, got 3. Did you mean workload.sessions?",
  ]);
});

test("an unknown key that resembles nothing lists the settings there", () => {
  expect(sentences({ router: { colour: "red" } })).toEqual([
    'router.colour: is not a setting, got "red". Settings here are policy, kv_balancing_threshold, ttft_slo_ms, tbt_slo_ms.',
  ]);
});

test("something that is no configuration at all is one problem", () => {
  const parsed = parseArmConfig("3p1d");
  expect(parsed.ok ? [] : parsed.error.map((problem) => problem.path)).toEqual(["config"]);
});

test("fields of one workload are not settings of the other", () => {
  const trace = { name: "mooncake_trace", trace: "a.jsonl", sessions: 2 };
  expect(sentences({ workload: trace })).toEqual([
    "workload.sessions: is not a setting, got 2. Settings here are name, trace, limit, hash_block_tokens, length_divisor.",
  ]);
});

test("a trace workload without a trace says which flag gives it", () => {
  expect(sentences({ workload: { name: "mooncake_trace" } })).toEqual([
    "workload.trace: must be given, got nothing. Name the trace file with --trace FILE.",
  ]);
});
