// The master's ops on the wire (contract: domain/master_api.ts). Lists of keys, puts and tasks travel by column, so that
// a batch of a thousand keys is one string.

import type { FabricKey, SegmentFabricKeys } from "../domain/fabric_key.ts";
import type {
  MasterOp,
  MasterReplies,
  MasterRequest,
  MasterStats,
  OffloadResult,
  OffloadTask,
  PromotionCounts,
  PutObject,
  PutTarget,
  ReplicaList,
} from "../domain/master_api.ts";
import type {
  DiskReplica,
  MemoryReplica,
  ReplicaDescriptor,
  ReplicateConfig,
  SegmentInfo,
} from "../domain/replica.ts";
import { codeList } from "./code_list.ts";
import {
  bool,
  type Codec,
  columns,
  constant,
  integer,
  list,
  nullable,
  struct,
  text,
  u32,
  union,
} from "./codec.ts";
import type { OpCodec, Service } from "./rpc_service.ts";
import { joinedKeys, objectKey, objectKeys } from "./text_list.ts";

/** The master as an RPC service: `RpcClient<MasterTypes>`, `Handlers<MasterTypes>`. */
export type MasterTypes = {
  readonly [Op in MasterOp]: { readonly request: RequestFields<Op>; readonly reply: MasterReplies[Op] };
};

/** A request without its `op`, which the frame carries. */
export type RequestFields<Op extends MasterOp> = Omit<Extract<MasterRequest, { readonly op: Op }>, "op">;

const fabric_key: Codec<FabricKey> = struct<FabricKey>({
  provider: text,
  bytes: integer,
  generation: integer,
  opaque: text,
});

const segment: Codec<SegmentInfo> = struct<SegmentInfo>({
  segment_name: text,
  node: text,
  segment_bytes: integer,
  shm_path: text,
  generation: integer,
  owner_address: text,
  enable_offload: bool,
  fabric_keys: nullable(struct<SegmentFabricKeys>({ segment: fabric_key, staging: nullable(fabric_key) })),
});

const replicate_config: Codec<ReplicateConfig> = struct<ReplicateConfig>({
  replica_num: u32,
  preferred_segments: list(text),
  soft_pin: bool,
  soft_pin_ttl_ms: nullable(integer),
  hard_pin: bool,
  group_ids: objectKeys,
});

const memory_replica: Codec<MemoryReplica> = struct<MemoryReplica>({
  tier: constant("cpu"),
  segment_name: text,
  generation: integer,
  offset: integer,
  bytes: integer,
});

const disk_replica: Codec<DiskReplica> = struct<DiskReplica>({
  tier: constant("disk"),
  segment_name: text,
  bytes: integer,
});

const replica: Codec<ReplicaDescriptor> = union<"tier", ReplicaDescriptor>("tier", {
  cpu: memory_replica,
  disk: disk_replica,
});

const integers: Codec<readonly number[]> = list(integer);

const offload_tasks: Codec<readonly OffloadTask[]> = columns<OffloadTask>({
  key: objectKeys,
  offset: integers,
  bytes: integers,
});

const offload_results: Codec<readonly OffloadResult[]> = columns<OffloadResult>({
  key: objectKeys,
  bytes: integers,
  code: integers,
});

const code = struct<{ readonly code: number }>({ code: integer });
const codes = struct<{ readonly codes: readonly number[] }>({ codes: codeList });
const removed = struct<{ readonly code: number; readonly removed: number }>({
  code: integer,
  removed: integer,
});

const OP_CODES: { readonly [Op in MasterOp]: number } = {
  mount_segment: 1,
  unmount_segment: 2,
  get_segments: 3,
  ping: 4,
  batch_exist: 5,
  batch_get_replicas: 6,
  batch_put_start: 7,
  batch_put_end: 8,
  batch_put_revoke: 9,
  remove: 10,
  remove_by_regex: 11,
  remove_all: 12,
  offload_heartbeat: 13,
  notify_offloaded: 14,
  notify_disk_evicted: 15,
  get_stats: 16,
  notify_promoted: 17,
};

export const MASTER_OPS: readonly MasterOp[] = Object.keys(OP_CODES) as MasterOp[];

const perOp = struct<Record<MasterOp, number>>(
  Object.fromEntries(MASTER_OPS.map((name) => [name, integer])) as Record<MasterOp, Codec<number>>,
);

const stats: Codec<MasterStats> = struct<MasterStats>({
  key_count: integer,
  allocated_bytes: integer,
  total_capacity_bytes: integer,
  allocated_file_size_bytes: integer,
  total_file_capacity_bytes: integer,
  soft_pin_key_count: integer,
  active_clients: integer,
  segments: list(
    struct<MasterStats["segments"][number]>({
      segment_name: text,
      allocated_bytes: integer,
      capacity_bytes: integer,
    }),
  ),
  mem_cache_hit_nums: integer,
  file_cache_hit_nums: integer,
  mem_cache_hit_bytes: integer,
  file_cache_hit_bytes: integer,
  mem_cache_nums: integer,
  file_cache_nums: integer,
  total_get_nums: integer,
  valid_get_nums: integer,
  put_start_alloc_failures: integer,
  put_start_partial_allocations: integer,
  put_start_discarded: integer,
  put_start_released: integer,
  put_start_discarded_staging_bytes: integer,
  attempted_evictions: integer,
  successful_evictions: integer,
  evicted_key_count: integer,
  evicted_size_bytes: integer,
  offloaded_key_count: integer,
  preferred_placed: integer,
  preferred_fallback: integer,
  expired_clients: integer,
  promotions: struct<PromotionCounts>({
    in_flight: integer,
    admitted: integer,
    completed: integer,
    completed_bytes: integer,
    failed: integer,
    cancelled: integer,
    expired: integer,
    rejected_frequency: integer,
    rejected_watermark: integer,
    rejected_cap: integer,
  }),
  requests: perOp,
  failures: perOp,
  partial_successes: perOp,
  items: perOp,
  failed_items: perOp,
});

export const MASTER_SERVICE: Service<MasterTypes> = {
  mount_segment: op("mount_segment", { client_id: text, segment }, code),
  unmount_segment: op("unmount_segment", { client_id: text, segment_name: text }, code),
  get_segments: op("get_segments", {}, struct({ segments: list(segment) })),
  ping: op("ping", { client_id: text }, struct({ code: integer, need_remount: bool })),
  batch_exist: op("batch_exist", { keys: joinedKeys }, codes),
  batch_get_replicas: op(
    "batch_get_replicas",
    { keys: objectKeys },
    struct({
      objects: list(struct<ReplicaList>({ code: integer, replicas: list(replica), lease_ttl_ms: integer })),
    }),
  ),
  batch_put_start: op(
    "batch_put_start",
    {
      client_id: text,
      objects: columns<PutObject>({ key: objectKeys, bytes: integers }),
      config: replicate_config,
    },
    struct({ objects: list(struct<PutTarget>({ code: integer, replicas: list(memory_replica) })) }),
  ),
  batch_put_end: op("batch_put_end", { client_id: text, keys: objectKeys }, codes),
  batch_put_revoke: op("batch_put_revoke", { client_id: text, keys: objectKeys }, codes),
  remove: op("remove", { key: objectKey, force: bool }, code),
  remove_by_regex: op("remove_by_regex", { pattern: text, force: bool }, removed),
  remove_all: op("remove_all", { force: bool }, removed),
  offload_heartbeat: op(
    "offload_heartbeat",
    {
      client_id: text,
      segment_name: text,
      disk_used_bytes: integer,
      disk_capacity_bytes: integer,
    },
    struct({ code: integer, tasks: offload_tasks, promotions: offload_tasks, wipe: bool }),
  ),
  notify_offloaded: op(
    "notify_offloaded",
    { client_id: text, segment_name: text, results: offload_results },
    codes,
  ),
  notify_promoted: op(
    "notify_promoted",
    { client_id: text, segment_name: text, results: offload_results },
    codes,
  ),
  notify_disk_evicted: op(
    "notify_disk_evicted",
    { client_id: text, segment_name: text, keys: objectKeys },
    code,
  ),
  get_stats: op("get_stats", {}, stats),
};

type FieldCodecs<Op extends MasterOp> = {
  readonly [Field in keyof RequestFields<Op>]: Codec<RequestFields<Op>[Field]>;
};

function op<Op extends MasterOp>(
  name: Op,
  fields: FieldCodecs<Op>,
  reply: Codec<MasterReplies[Op]>,
): OpCodec<RequestFields<Op>, MasterReplies[Op]> {
  return { op_code: OP_CODES[name], request: struct<RequestFields<Op>>(fields), reply };
}
