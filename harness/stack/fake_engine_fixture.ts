// Stand-ins for what an engine is made of: a core that answers as scripted, and a data plane that records and completes at once.

import type { DataPlane, Op, OpCode, OpResult, Region } from "../../native/ffi/data_plane.ts";
import type {
  EngineCoreConfig,
  EngineEffect,
  EngineEvent,
  EngineSnapshot,
} from "../core/engine/engine_api.ts";
import type { RequestTimeline } from "../core/engine/request_timeline.ts";
import type { EngineStages } from "../domain/request_record.ts";
import { ok } from "../domain/result.ts";
import type { EngineMachine } from "./engine/engine_shell.ts";

export const FAKE_CORE: EngineCoreConfig = {
  engine_name: "engine-0",
  node: "node0",
  role: "both",
  model: {
    model_name: "toy",
    layers: 1,
    hidden_size: 64,
    attention_heads: 1,
    kv_heads: 1,
    head_dim: 64,
    params: 1e6,
    active_params: 1e6,
    weight_bytes_per_param: 2,
    kv_bytes_per_token: 256,
    vocab_size: 32_000,
    source: "made up for tests",
  },
  gpu: {
    gpu_name: "toy",
    flops_per_s: 1e12,
    hbm_bytes_per_s: 1e12,
    hbm_bytes: 1e9,
    compute_efficiency: 0.5,
    memory_efficiency: 0.5,
    step_overhead_us: 100,
    source: "made up for tests",
  },
  block_tokens: 4,
  ranks: { tp_size: 1, replication_factor: 1, shard_bytes: 1024 },
  num_hbm_blocks: 64,
  enable_prefix_caching: true,
  max_num_seqs: 8,
  max_num_batched_tokens: 64,
  max_model_len: 128,
  remote_hold_ms: 1000,
  connector: null,
};

export const FAKE_TIMELINE: RequestTimeline = {
  arrived_ns: 0,
  waits: [],
  scheduled_ns: null,
  first_token_ns: null,
};

export const FAKE_STAGES: EngineStages = {
  engine_name: "engine-0",
  prompt_tokens: 6,
  cached_tokens: { hbm: 4, cpu: 0, disk: 0 },
  queue_ms: 0,
  lookup_ms: 0,
  load_ms: 0,
  prefill_ms: 2,
};

export class FakeMachine implements EngineMachine {
  readonly events: EngineEvent[] = [];
  deadline_ns: number | null = null;
  held_transfers: readonly string[] = [];
  readonly #script: (event: EngineEvent) => readonly EngineEffect[];

  constructor(script: (event: EngineEvent) => readonly EngineEffect[]) {
    this.#script = script;
  }

  handle(event: EngineEvent): readonly EngineEffect[] {
    this.events.push(event);
    return this.#script(event);
  }

  next_deadline_ns(): number | null {
    return this.deadline_ns;
  }

  holds(transfer_id: string): boolean {
    return this.held_transfers.includes(transfer_id);
  }

  snapshot(): EngineSnapshot {
    return FAKE_SNAPSHOT;
  }

  storeOperations(): [] {
    return [];
  }
}

export class FakePlane implements DataPlane {
  readonly batches: (readonly Op[])[] = [];
  readonly #codeOf: (op: Op) => OpCode;

  constructor(codeOf: (op: Op) => OpCode = () => "ok") {
    this.#codeOf = codeOf;
  }

  now_ns(): number {
    return 0;
  }

  createRegion(shm_path: string, bytes: number, generation: number): ReturnType<DataPlane["createRegion"]> {
    return ok({ region_id: 1, shm_path, bytes, generation });
  }

  attachRegion(shm_path: string, generation: number | null): ReturnType<DataPlane["attachRegion"]> {
    return ok({ region_id: 2, shm_path, bytes: 1 << 20, generation: generation ?? 0 });
  }

  renewRegion(): void {}

  closeRegion(): void {}

  openFile(): ReturnType<DataPlane["openFile"]> {
    throw new Error("an engine opens no file");
  }

  closeFile(): void {}

  submit(ops: readonly Op[]): Promise<readonly OpResult[]> {
    this.batches.push(ops);
    return Promise.resolve(ops.map((op) => ({ code: this.#codeOf(op), end_ns: 0, value: 0 })));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export const FAKE_HBM: Region = { region_id: 1, shm_path: "/dev/shm/fake", bytes: 65_536, generation: 7 };

const FAKE_SNAPSHOT: EngineSnapshot = {
  num_requests_running: 1,
  num_requests_waiting: 2,
  num_requests_waiting_remote: 3,
  kv_cache_usage: 0.5,
  preemptions: 4,
  prompt_tokens: 5,
  generation_tokens: 6,
  prefix_cache_queries: 7,
  prefix_cache_hits: 8,
  external_prefix_cache_queries: 9,
  external_prefix_cache_hits: 10,
  cached_tokens: { hbm: 11, cpu: 12, disk: 13 },
  computed_prompt_tokens: 14,
  load_bytes: { cpu: 15, disk: 16 },
  remote_load_bytes: 17,
  get_batches: 18,
  get_keys: 19,
  failed_get_keys: 20,
  unattempted_get_keys: 21,
  split_batches: 22,
  put_batches: 23,
  put_keys: 24,
  failed_put_keys: 25,
  loaded_keys_by_rank: [34],
  put_keys_by_rank: [35],
  stale_reads: 26,
  corrupt_reads: 27,
  recomputed_requests: 28,
  whole_prompt_hits: 36,
  pulled_blocks: 29,
  failed_pulls: 30,
  steps: 31,
  busy_ns: 32,
  finished_requests: 33,
};
