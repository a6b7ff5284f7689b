// Shapes, bounds and defaults of StoreLaunchConfig.

import { z } from "zod";
import { GIB, MIB } from "../../domain/units.ts";
import { countField, positiveField, ratioField, sizeField } from "../schema_fields.ts";
import type { StoreLaunchConfig } from "./kv_offload_launch_config.ts";

const port = (value: number) => z.int().min(1).max(65_535).default(value);
const protocol = () => z.enum(["rdma", "tcp", "efa"]).default("rdma");

const masterShape = z.strictObject({
  rpc_port: port(50_051),
  http_port: port(8_080),
  metrics_port: port(9_003),
  rpc_threads: countField(1).default(4),
  // The scripts' own default is 30 minutes, at which the pool fills and nothing can be evicted; the recipes set this.
  lease_ttl_ms: countField(0).default(30_000),
  eviction_high_watermark_ratio: ratioField().default(0.95),
  eviction_ratio: ratioField().default(0.1),
  client_ttl_s: countField(1).default(10),
  allocation_strategy: z
    .enum(["random", "free_ratio_first", "ssd_free_ratio_first", "local_first"])
    .default("random"),
  enable_offload: z.boolean().default(false),
  offload_on_evict: z.boolean().default(false),
  root_fs_dir: z.string().default(""),
});

const ownerShape = z.strictObject({
  rpc_port: port(50_052),
  segment_port: port(50_053),
  segment_bytes: sizeField(MIB).default(4 * GIB),
  protocol: protocol(),
  device_names: z.string().default(""),
  threads: countField(1).default(1),
  enable_offload: z.boolean().default(false),
  disk_path: z.string().default("/mnt/data/mooncake_offload"),
  disk_bytes: sizeField(1).default(400 * GIB),
  staging_bytes: sizeField(1).default(32 * GIB),
  heartbeat_s: countField(1).default(1),
});

const workerShape = z.strictObject({
  mode: z.enum(["embedded", "standalone-store"]).default("standalone-store"),
  global_segment_size: sizeField(0).default(0),
  local_buffer_size: sizeField(0).default(4 * GIB),
  protocol: protocol(),
  device_name: z.string().default(""),
  enable_offload: z.boolean().default(false),
  tenant_id: z.string().trim().min(1).default("default"),
  preferred_segment: z
    .union([z.enum(["off", "local"]), z.templateLiteral([z.string().min(1), ":", z.int()])])
    .default("local"),
});

const engineShape = z.strictObject({
  model: z.string().min(1).default("Qwen/Qwen3-8B"),
  command: z.array(z.string()).min(1).default(["vllm", "serve", "{model}", "--port", "{port}"]),
  base_port: port(8_100),
  gpus_per_engine: countField(0).default(1),
  env: z.record(z.string(), z.string()).default({ PYTHONHASHSEED: "0" }),
  ready_timeout_s: countField(1).default(600),
});

const workloadShape = z.strictObject({
  put_bytes_per_s: positiveField().nullable().default(null),
  decode_delay_ms: positiveField().nullable().default(null),
  key_bytes: sizeField(1).nullable().default(null),
});

const slurmShape = z.strictObject({
  partition: z.string().default("gpu"),
  time_limit: z.string().default("01:00:00"),
  nodes: countField(1).default(1),
  gpus_per_node: countField(0).default(8),
  output_dir: z.string().min(1).default("runs/slurm"),
});

/** Sections of a deployment file beside `inference`, `deployment` and `launcher`. */
export const STORE_LAUNCH_SCHEMA: z.ZodType<StoreLaunchConfig> = z.strictObject({
  master: masterShape.prefault({}),
  owner: ownerShape.prefault({}),
  worker: workerShape.prefault({}),
  engine: engineShape.prefault({}),
  workload: workloadShape.prefault({}),
  slurm: slurmShape.prefault({}),
});
