// The typed, tiered offload configuration of a deployment of real engines, in the shape and with the names of prime-rl's
// inference config (spec: prime_rl_kv_offload_config.md). What the schema lets through is in kv_offload_schema.ts.

export interface CpuTier {
  /** native: of the whole instance; mooncake: what each node gives to the shared pool. */
  readonly num_bytes: number;
}

export interface DiskTier {
  /** A directory on a local SSD. */
  readonly path: string;
}

export interface NativeOffload {
  readonly type: "native";
  readonly cpu: CpuTier;
  readonly disk: DiskTier | null;
}

export interface MooncakeOffload {
  readonly type: "mooncake";
  readonly cpu: CpuTier;
  readonly disk: DiskTier | null;
  /** RDMA devices, comma separated; "" leaves the choice to Mooncake. */
  readonly device_name: string;
}

export type KvOffload = NativeOffload | MooncakeOffload;

export type Deployment = "single_node" | "multi_node" | "disaggregated";

/** slurm: sbatch starts the stores. local: `launch` starts them on this machine. none: somebody else does. */
export type Launcher = "none" | "local" | "slurm";

export interface OffloadConfig {
  readonly inference: {
    readonly kv_cache_offload: KvOffload | null;
    /** True wherever there is offload; null leaves the engine's default. */
    readonly vllm: { readonly enable_prefix_caching: boolean | null };
    readonly router_replay: boolean;
    /** Prefill engines hand their KV to decode engines. True where the deployment is disaggregated. */
    readonly use_pd_kv_transfer: boolean;
  };
  readonly deployment: Deployment;
  readonly launcher: Launcher;
}

/** As a file gives it, with plain defaults filled in: what the rules between fields look at. */
export interface OffloadInput {
  readonly inference: {
    readonly kv_cache_offload: KvOffload | null;
    readonly vllm: { readonly enable_prefix_caching: boolean | null };
    readonly router_replay: boolean;
    /** Null: not said. */
    readonly use_pd_kv_transfer: boolean | null;
  };
  readonly deployment: Deployment;
  readonly launcher: Launcher;
}
