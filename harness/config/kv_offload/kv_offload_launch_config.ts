// What the processes of a real Mooncake store and the engines beside it are started with. Names and defaults are those of the
// owner scripts (spec: vllm_mooncake_store_connector.md §1.1, §1.8) and of the binaries' flags (mooncake_store.md §6.7).

export interface StoreLaunchConfig {
  readonly master: MasterLaunch;
  readonly owner: OwnerLaunch;
  readonly worker: WorkerLaunch;
  readonly engine: EngineLaunch;
  readonly workload: WorkloadFacts;
  readonly slurm: SlurmLaunch;
}

export interface MasterLaunch {
  readonly rpc_port: number;
  readonly http_port: number;
  readonly metrics_port: number;
  readonly rpc_threads: number;
  readonly lease_ttl_ms: number;
  readonly eviction_high_watermark_ratio: number;
  readonly eviction_ratio: number;
  readonly client_ttl_s: number;
  readonly allocation_strategy: string;
  readonly enable_offload: boolean;
  readonly offload_on_evict: boolean;
  /** "" for none. Another disk path of the master's own; not for KV of a GPU. */
  readonly root_fs_dir: string;
}

export interface OwnerLaunch {
  readonly rpc_port: number;
  /** The TCP port of the segment: its name is `<host>:<segment_port>`. */
  readonly segment_port: number;
  readonly segment_bytes: number;
  readonly protocol: "rdma" | "tcp" | "efa";
  readonly device_names: string;
  readonly threads: number;
  readonly enable_offload: boolean;
  readonly disk_path: string;
  readonly disk_bytes: number;
  readonly staging_bytes: number;
  readonly heartbeat_s: number;
}

/** The JSON that MOONCAKE_CONFIG_PATH of an engine names. */
export interface WorkerLaunch {
  readonly mode: "embedded" | "standalone-store";
  readonly global_segment_size: number;
  readonly local_buffer_size: number;
  readonly protocol: "rdma" | "tcp" | "efa";
  readonly device_name: string;
  readonly enable_offload: boolean;
  readonly tenant_id: string;
  /** local: the segment of the owner on the engine's node. */
  readonly preferred_segment: "off" | "local" | `${string}:${number}`;
}

export interface EngineLaunch {
  readonly model: string;
  /** Words of the command; placeholders are those of launch/vllm_command.ts. */
  readonly command: readonly string[];
  readonly base_port: number;
  /** GPUs that each engine is shown, from the first on; 0: every engine sees all of its host. */
  readonly gpus_per_engine: number;
  readonly env: { readonly [name: string]: string };
  readonly ready_timeout_s: number;
}

/** What only the user knows of the load, for the lint. Null: not said, and the rules that need it stay silent. */
export interface WorkloadFacts {
  readonly put_bytes_per_s: number | null;
  /** From the end of a prefill until its decode reads the blocks. */
  readonly decode_delay_ms: number | null;
  /** Bytes of one key: one KV block of one rank. */
  readonly key_bytes: number | null;
}

export interface SlurmLaunch {
  readonly partition: string;
  readonly time_limit: string;
  readonly nodes: number;
  readonly gpus_per_node: number;
  readonly output_dir: string;
}
