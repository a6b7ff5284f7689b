// A master with its clock in hand, for tests of this room: short names for the requests that tests make all the time.

import type { MasterReplies, OffloadTask, ReplicaList } from "../../domain/master_api.ts";
import { DEFAULT_REPLICATE_CONFIG, type ReplicateConfig, type SegmentInfo } from "../../domain/replica.ts";
import { msToNs } from "../../domain/units.ts";
import { FirstFitSpace } from "./first_fit_space.ts";
import { MASTER_DEFAULTS, type MasterConfig } from "./master_config.ts";
import { MasterCore } from "./master_core.ts";
import type { MasterParts } from "./master_parts.ts";

/** Mooncake's defaults, without a disk tier. */
const BASE_CONFIG: MasterConfig = {
  ...MASTER_DEFAULTS,
  lease_ttl_ms: 10_000,
  soft_pin_ttl_ms: 1_800_000,
  eviction_high_watermark_ratio: 0.9,
  eviction_ratio: 0.05,
  put_start_discard_ms: 30_000,
  put_start_release_ms: 600_000,
  client_ttl_ms: 10_000,
  allocation: "random",
  enable_offload: false,
  offload_on_evict: false,
  acknowledged_puts: "safe",
  promote_on_hit: false,
};

export class TestMaster {
  readonly core: MasterCore;
  now_ns = 0;

  constructor(
    overrides: Partial<MasterConfig> = {},
    random: MasterParts["random"] = { below: () => 0 },
    rows_per_piece: number = Number.POSITIVE_INFINITY,
  ) {
    this.core = new MasterCore(
      { ...BASE_CONFIG, ...overrides },
      { random, newSpace: (segment_bytes) => new FirstFitSpace(segment_bytes), rows_per_piece },
    );
  }

  /** Moves the clock and ticks once, pinging for `alive` clients so that they do not expire. */
  at(ms: number, alive: readonly string[] = ["owner-a", "owner-b", "owner-c"]): void {
    this.now_ns = msToNs(ms);
    for (const client_id of alive) this.core.handle({ op: "ping", client_id }, this.now_ns);
    this.core.tick(this.now_ns);
  }

  /** Mounts `<node>:1` for the client `owner-<node>`. */
  mount(node: string, segment_bytes: number, info: Partial<SegmentInfo> = {}): number {
    const segment = {
      segment_name: `${node}:1`,
      node,
      segment_bytes,
      shm_path: "",
      generation: 1,
      owner_address: "",
      enable_offload: true,
      fabric_keys: null,
      ...info,
    };
    return this.core.handle({ op: "mount_segment", client_id: `owner-${node}`, segment }, this.now_ns).code;
  }

  putStart(
    keys: readonly string[],
    bytes: number,
    config: Partial<ReplicateConfig> = {},
    client_id = "writer",
  ): MasterReplies["batch_put_start"]["objects"] {
    const objects = keys.map((key) => ({ key, bytes }));
    const full_config = { ...DEFAULT_REPLICATE_CONFIG, ...config };
    return this.core.handle({ op: "batch_put_start", client_id, objects, config: full_config }, this.now_ns)
      .objects;
  }

  putEnd(keys: readonly string[], client_id = "writer"): readonly number[] {
    return this.core.handle({ op: "batch_put_end", client_id, keys }, this.now_ns).codes;
  }

  /** Start and end; the first code that is not 0. */
  put(keys: readonly string[], bytes: number, config: Partial<ReplicateConfig> = {}): number {
    const started = this.putStart(keys, bytes, config).find(({ code }) => code !== 0);
    return started?.code ?? this.putEnd(keys).find((code) => code !== 0) ?? 0;
  }

  exist(...keys: string[]): readonly number[] {
    return this.core.handle({ op: "batch_exist", keys }, this.now_ns).codes;
  }

  get(key: string): ReplicaList {
    const [list] = this.core.handle({ op: "batch_get_replicas", keys: [key] }, this.now_ns).objects;
    if (list === undefined) throw new Error("a batch of one key has one answer");
    return list;
  }

  remove(key: string, force = false): number {
    return this.core.handle({ op: "remove", key, force }, this.now_ns).code;
  }

  /** Keys in the order of put, without granting leases. */
  keys(): string[] {
    return [...this.core.keys()];
  }

  tiersOf(key: string): string[] {
    return this.core.queryKey(key, this.now_ns)?.replicas.map(({ tier }) => tier) ?? [];
  }

  heartbeat(node: string): MasterReplies["offload_heartbeat"] {
    const disk = { disk_used_bytes: 0, disk_capacity_bytes: 10_000 };
    return this.core.handle(
      { op: "offload_heartbeat", client_id: `owner-${node}`, segment_name: `${node}:1`, ...disk },
      this.now_ns,
    );
  }

  /** The owner answers its tasks, all with `code`. */
  answer(node: string, tasks: readonly Pick<OffloadTask, "key" | "bytes">[], code = 0): readonly number[] {
    const results = tasks.map(({ key, bytes }) => ({ key, bytes, code }));
    return this.core.handle(
      { op: "notify_offloaded", client_id: `owner-${node}`, segment_name: `${node}:1`, results },
      this.now_ns,
    ).codes;
  }
}

/** `a0 … a<n-1>` for prefix "a". */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}
