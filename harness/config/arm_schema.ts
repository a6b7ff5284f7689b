// From untrusted input to the one frozen configuration of an arm. Shapes, bounds and defaults are here, rules between
// fields in cross_checks.ts, the wording of a shape's problems in describe_issue.ts. Unknown keys are problems.
//
// Defaults are a laptop's: two cores, a few hundred MiB of memory, a bench of three minutes.

import { z } from "zod";
import { assert } from "../domain/assert.ts";
import { CONNECTOR_PROFILES } from "../domain/connector_profile.ts";
import { GET_ORDERS, SPLIT_TRIGGERS, STORE_MODES, TIER_LEVELS } from "../domain/factor_levels.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { GIB, MIB } from "../domain/units.ts";
import { WEIGHT_RESETS } from "../domain/weight_reset.ts";
import type { ArmConfig } from "./arm_config.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { isConfigTree, mergeTrees, treeOfPath, valueAtPath } from "./config_tree.ts";
import { crossCheck } from "./cross_checks.ts";
import { deepFreeze } from "./deep_freeze.ts";
import { describeIssue } from "./describe_issue.ts";
import { PREFERRED_SEGMENT_VARIABLE, preferredSegment } from "./preferred_segment.ts";
import { countField, positiveField, ratioField, sizeField } from "./schema_fields.ts";
import { WORKLOAD_NAMES, workloadSchema } from "./workload_schema.ts";

/**
 * The complete, deep-frozen configuration of one arm, or every problem of the input. environment: variables that stand in
 * where the input says null.
 */
export function parseArmConfig(
  raw_input: unknown,
  environment: Readonly<Record<string, string | undefined>> = {},
): Result<ArmConfig, readonly ConfigProblem[]> {
  const input = askEnvironment(raw_input, environment[PREFERRED_SEGMENT_VARIABLE]);
  const parsed = armSchema.safeParse(input);
  if (!parsed.success) {
    return err(
      parsed.error.issues.flatMap((issue) => describeIssue(issue, input, keysAt(input, issue.path))),
    );
  }
  const problems = crossCheck(parsed.data);
  return problems.length === 0 ? ok(deepFreeze(parsed.data)) : err(problems);
}

const PREFERRED_SEGMENT_PATH = "connector.preferred_segment";

function askEnvironment(input: unknown, preferred_segment: string | undefined): unknown {
  if (!isConfigTree(input) || valueAtPath(input, PREFERRED_SEGMENT_PATH.split(".")) !== null) return input;
  const found = preferredSegment(null, preferred_segment);
  assert(found.ok, "nothing explicit cannot be wrong");
  return mergeTrees(input, treeOfPath(PREFERRED_SEGMENT_PATH, found.value ?? "off"));
}

const diskShape = z.strictObject({
  path: z.string().min(1).nullable().default(null),
  capacity_bytes: sizeField(1).default(2 * GIB),
  bucket_bytes: sizeField(1).default(16 * MIB),
  bucket_keys: countField(1).default(500),
  bucket_eviction: z.enum(["none", "fifo", "lru"]).default("lru"),
  high_watermark_ratio: ratioField().default(0.9),
  low_watermark_ratio: ratioField().default(0.8),
  heartbeat_ms: countField(1).default(1_000),
  staging_bytes: sizeField(1).default(64 * MIB),
  keys_limit: countField(1).default(10_000_000),
});

const storeShape = z.strictObject({
  kind: z.enum(["embedded", "mooncake"]).default("embedded"),
  tiers: z.enum(TIER_LEVELS).default("hbm+cpu+disk"),
  pool: z.enum(["local", "global"]).default("global"),
  enable_offload: z.boolean().default(true),
  offload_on_evict: z.boolean().default(false),
  acknowledged_puts: z.enum(["safe", "mooncake"]).default("safe"),
  promote_on_hit: z.boolean().default(false),
  segment_bytes: sizeField(1).default(256 * MIB),
  lease_ttl_ms: countField(0).default(10_000),
  soft_pin_ttl_ms: countField(0).default(1_800_000),
  eviction_high_watermark_ratio: ratioField().default(0.9),
  eviction_ratio: ratioField().default(0.05),
  put_start_discard_ms: countField(1).default(30_000),
  put_start_release_ms: countField(1).default(600_000),
  client_ttl_ms: countField(1).default(10_000),
  allocation: z.enum(["random", "free_ratio_first", "ssd_free_ratio_first", "local_first"]).default("random"),
  replica_num: countField(1).default(1),
  disk: diskShape.prefault({}),
});

const engineShape = z.strictObject({
  model: z.string().default("laptop-1b"),
  gpu: z.string().default("laptop"),
  tp_size: countField(1).default(1),
  kv_scale: z.number().positive().max(1).default(1),
  block_tokens: countField(1).default(16),
  num_hbm_blocks: countField(1).default(512),
  num_decode_hbm_blocks: countField(1).nullable().default(null),
  enable_prefix_caching: z.boolean().default(true),
  max_num_seqs: countField(1).default(32),
  max_num_batched_tokens: countField(1).default(2_048),
  max_model_len: countField(1).default(32_768),
  remote_hold_ms: countField(1).default(60_000),
  weights_version: countField(0).default(1),
  weight_reset: z.enum(WEIGHT_RESETS).default("hard"),
});

const connectorShape = z.strictObject({
  type: z.enum(["mooncake", "native"]).default("mooncake"),
  profile: z.enum(CONNECTOR_PROFILES).default("vllm_2026_08"),
  mode: z.enum(STORE_MODES).default("standalone-store"),
  preferred_segment: z.string().default("off"),
  cache_prefix: z.string().default(""),
  group_semantics: z.boolean().default(false),
  enable_lookup: z.boolean().default(true),
  load_async: z.boolean().default(true),
  lookup_async: z.boolean().default(true),
  lookup_ranks: z.enum(["rank0", "min_over_ranks"]).default("min_over_ranks"),
  get_order: z.enum(GET_ORDERS).default("together"),
  split_trigger: z.enum(SPLIT_TRIGGERS).default("bytes"),
  staging_budget_bytes: sizeField(1).nullable().default(null),
  staging_usable_ratio: z.number().positive().max(1).default(0.9),
  executors: z.enum(["shared", "separate"]).default("separate"),
  min_load_tokens: countField(0).default(0),
  chunk_tokens: countField(1).nullable().default(null),
  unaligned_handoff: z.boolean().default(false),
  on_reset_failure: z.enum(["crash", "fallback"]).default("crash"),
  tier_log: z.boolean().default(true),
});

const routerShape = z.strictObject({
  policy: z.enum(["round_robin", "least_loaded", "session", "prefix", "kv_aware"]).default("session"),
  kv_balancing_threshold: positiveField().default(2),
  ttft_slo_ms: positiveField().nullable().default(null),
  tbt_slo_ms: positiveField().nullable().default(null),
});

const linkShape = z.strictObject({
  // 10 Gbit/s Ethernet.
  bandwidth_bytes_per_s: positiveField().nullable().default(1_250_000_000),
  latency_us: z.number().min(0).default(50),
  protocol: z.enum(["auto", "shm", "tcp", "rdma"]).default("auto"),
  device_names: z.array(z.string().min(1)).default([]),
  gid_index: countField(0).nullable().default(null),
  tcp_source: z.string().min(1).default("127.0.0.1"),
});

const loadShape = z.strictObject({
  arrivals: z.enum(["closed", "constant", "poisson", "gamma", "trace"]).default("closed"),
  concurrency: countField(1).default(8),
  rate_per_s: positiveField().default(4),
  burstiness_cv: positiveField().default(2),
  speedup: positiveField().default(1),
  prompt_as: z.enum(["tokens", "chat"]).default("tokens"),
  dialect: z.enum(["vllm", "openai"]).default("vllm"),
  request_timeout_ms: countField(1).default(120_000),
  num_clients: countField(1).nullable().default(null),
});

const sloShape = z.strictObject({
  ttft_ms: positiveField().nullable().default(null),
  tpot_ms: positiveField().nullable().default(null),
  e2el_ms: positiveField().nullable().default(null),
});

const validityShape = z.strictObject({
  schedule_lag_p99_ms_max: positiveField().default(50),
  error_ratio_max: ratioField().default(0.01),
  floor_event_rate_ratio_max: ratioField().default(0.5),
  floor_latency_multiple_min: positiveField().default(3),
});

const faultShape = z.strictObject({
  at_ms: countField(0),
  process: z.string(),
  action: z.enum(["kill", "pause", "resume"]),
});

const armSchema: z.ZodType<ArmConfig> = z.strictObject({
  topology: z.string(),
  seed: countField(0).default(1),
  engine: engineShape.prefault({}),
  store: storeShape.prefault({}),
  connector: connectorShape.prefault({}),
  router: routerShape.prefault({}),
  link: linkShape.prefault({}),
  load: loadShape.prefault({}),
  slo: sloShape.prefault({}),
  workload: workloadSchema.prefault({}),
  validity: validityShape.prefault({}),
  faults: z.array(faultShape).default([]),
});

/** With what has no default. */
const REFERENCE_WORKLOADS = WORKLOAD_NAMES.map((name) =>
  name === "trace" || name === "mooncake_trace" ? { name, trace: "any" } : { name },
);

/** Names of the settings under `path`, from a configuration that has them all. */
function keysAt(input: unknown, path: readonly PropertyKey[]): string[] {
  const name = valueAtPath(input, ["workload", "name"]);
  const workload = REFERENCE_WORKLOADS.find((one) => one.name === name) ?? {};
  const reference = valueAtPath(armSchema.parse({ topology: "1p1d", workload }), path);
  return isConfigTree(reference) ? Object.keys(reference) : [];
}
