import { expect, test } from "bun:test";
import { parseArmConfig } from "./arm_schema.ts";
import { formatConfigProblem } from "./config_problem.ts";
import { treeOfPath } from "./config_tree.ts";

function sentences(path: string, value: unknown): string[] {
  const parsed = parseArmConfig({ topology: "1p1d", ...treeOfPath(path, value) });
  return parsed.ok ? [] : parsed.error.map(formatConfigProblem);
}

// [setting, a value that breaks a rule with another default, what the sentence starts with]
const BROKEN: readonly (readonly [string, unknown, string])[] = [
  ["topology", "0p1d", "topology: must be <P>p<D>d or <N>e with 1 to 4096 engines"],
  [
    "engine.model",
    "qwen3-9b",
    'engine.model: must be a known profile, got "qwen3-9b". Did you mean qwen3-8b?',
  ],
  [
    "engine.tp_size",
    3,
    "engine.tp_size: must divide the 32 attention heads of laptop-1b, and divide or be a multiple of its 1 KV heads, got 3.",
  ],
  ["engine.gpu", "h900", 'engine.gpu: must be a known profile, got "h900". Did you mean h200?'],
  // 1.04e12 × 0.572 = 595 GB of weights on a laptop of 8 GB.
  ["engine.model", "kimi-k2.5", "engine.gpu: must hold the weights of kimi-k2.5"],
  // (8e9 − 2 × 1,009,254,400) ÷ (16 × 4096) = 91,270.3 blocks.
  [
    "engine.num_hbm_blocks",
    91_271,
    "engine.num_hbm_blocks: must fit beside the weights of laptop-1b on laptop (91270 blocks)",
  ],
  [
    "engine.max_num_batched_tokens",
    15,
    "engine.max_num_batched_tokens: must be at least engine.block_tokens (16), got 15.",
  ],
  [
    "store.put_start_release_ms",
    29_999,
    "store.put_start_discard_ms: must not exceed store.put_start_release_ms (29999)",
  ],
  ["store.replica_num", 3, "store.replica_num: must not exceed the owners of 1p1d (2), got 3."],
  ["store.disk.heartbeat_ms", 10_000, "store.disk.heartbeat_ms: must be below store.client_ttl_ms (10000)"],
  [
    "store.disk.low_watermark_ratio",
    0.9,
    "store.disk.low_watermark_ratio: must be below store.disk.high_watermark_ratio (0.9)",
  ],
  // One block is 16 tokens × 4096 bytes = 65,536; 65,536 ÷ 0.9 = 72,817.8.
  [
    "store.disk.staging_bytes",
    72_817,
    "store.disk.staging_bytes: must hold one KV block (65536 bytes) in the 90 % of it",
  ],
  [
    "store.disk.bucket_bytes",
    65_535,
    "store.disk.bucket_bytes: must hold one KV block (65536 bytes), got 65535.",
  ],
  ["store.segment_bytes", 65_535, "store.segment_bytes: must hold one KV block (65536 bytes), got 65535."],
  [
    "workload.global_prefix_ratio",
    0.3,
    "workload.conversation_prefix_ratio: must leave the sum with workload.global_prefix_ratio (0.3) at most 1",
  ],
  // 1024 + 2 × (32 + 256) + 32 = 1,632 tokens; 1,632 ÷ 16 = 102 blocks.
  [
    "engine.max_model_len",
    1_631,
    "engine.max_model_len: must hold the longest conversation of the workload (1632 tokens)",
  ],
  [
    "engine.num_hbm_blocks",
    101,
    "engine.num_hbm_blocks: must hold the longest conversation of the workload (1632 tokens)",
  ],
  ["load.arrivals", "trace", "load.arrivals: must not be trace with a workload that has no time stamps"],
];

test.each(BROKEN)("%s = %p is refused in one sentence", (path, value, start) => {
  const [sentence = "", ...more] = sentences(path, value);
  expect(sentence.slice(0, start.length)).toBe(start);
  expect(more).toEqual([]);
});

// The values next to those above, on the other side of their rule.
const FITTING: readonly (readonly [string, unknown])[] = [
  ["engine.num_hbm_blocks", 91_270],
  ["engine.max_num_batched_tokens", 16],
  ["store.put_start_release_ms", 30_000],
  ["store.replica_num", 2],
  ["store.disk.heartbeat_ms", 9_999],
  ["store.disk.staging_bytes", 72_818],
  ["store.segment_bytes", 65_536],
  ["workload.global_prefix_ratio", 0.2],
  ["engine.max_model_len", 1_632],
  ["engine.num_hbm_blocks", 102],
];

test.each(FITTING)("%s = %p is accepted", (path, value) => {
  expect(sentences(path, value)).toEqual([]);
});

test("a chunk is a whole number of blocks", () => {
  const parsed = parseArmConfig({ topology: "1p1d", connector: { chunk_tokens: 100 } });
  expect(parsed.ok ? [] : parsed.error).toMatchObject([
    { path: "connector.chunk_tokens", next_step: "Use 112, or null for one block." },
  ]);
});

test("sizes of a disk tier that is off are not checked", () => {
  const store = { tiers: "hbm+cpu", disk: { staging_bytes: 1, bucket_bytes: 1 } };
  expect(parseArmConfig({ topology: "1p1d", store }).ok).toBe(true);
});

test("a trace's lengths are divided only by what divides its hash blocks", () => {
  const workload = { name: "mooncake_trace", trace: "t.jsonl", length_divisor: 3 };
  const parsed = parseArmConfig({ topology: "1p1d", workload });
  expect(parsed.ok ? [] : parsed.error.map((problem) => problem.path)).toEqual(["workload.length_divisor"]);
});

test.each([
  ["length_divisor", 0],
  ["time_divisor", 0],
  ["sessions", 1.5],
  ["max_prompt_tokens", 0],
  ["turns", 3],
])("a synthetic workload whose %s is %p is refused", (field, value) => {
  const workload = { name: "conversation_like", [field]: value };
  const parsed = parseArmConfig({ topology: "1p1d", workload });
  expect(parsed.ok ? [] : parsed.error.map((problem) => problem.path)).toEqual([`workload.${field}`]);
});

test("engines that share a node cannot each mount a segment of its name", () => {
  const problems = (topology: string): string[] => {
    const parsed = parseArmConfig({ topology, connector: { mode: "embedded" } });
    return parsed.ok ? [] : parsed.error.map(formatConfigProblem);
  };
  expect(problems("4e")).toEqual([]);
  expect(problems("4e1n")[0]).toStartWith("connector.mode: must not be embedded where engines share a node");
});
