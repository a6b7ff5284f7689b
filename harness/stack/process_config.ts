// What each process of the embedded stack is started with: JSON, written by the composition root, read by `harness/cli/serve.ts`.
// Addresses: "unix:<path>" or "tcp:<host>:<port>". HTTP binds loopback; port 0 lets the kernel choose, and the ready line tells.

import type { DiskConfig, StoreConfig } from "../config/arm_config.ts";
import type { EngineCoreConfig } from "../core/engine/engine_api.ts";
import type { KvAwareConfig } from "../core/router/kv_aware_config.ts";
import type { RoutingPolicy } from "../core/router/router_api.ts";
import type { EngineRole } from "../domain/topology.ts";
import type { RequesterSetup } from "./mooncake/mooncake_requester_protocol.ts";

export type ProcessConfig = MasterProcess | OwnerProcess | EngineProcess | RouterProcess;

export interface MasterProcess {
  readonly kind: "master";
  readonly name: string;
  readonly rpc_address: string;
  readonly http_port: number;
  readonly seed: number;
  readonly store: StoreConfig;
}

export interface OwnerProcess {
  readonly kind: "owner";
  readonly name: string;
  readonly node: string;
  readonly segment_name: string;
  readonly segment_bytes: number;
  /** Made at start, removed at stop; the disk tier's staging buffer is `<shm_path>.staging`. */
  readonly shm_path: string;
  readonly generation: number;
  readonly rpc_address: string;
  readonly http_port: number;
  readonly master_address: string;
  readonly client_ttl_ms: number;
  readonly network: NetworkWish | null;
  /** Null: no disk tier. `disk_path` is this owner's own directory and exists. */
  readonly disk: (DiskConfig & { readonly disk_path: string }) | null;
}

export interface EngineProcess {
  readonly kind: "engine";
  readonly name: string;
  readonly core: EngineCoreConfig;
  readonly weights_version: number;
  readonly http_port: number;
  /** Where decode engines release pulled blocks. */
  readonly rpc_address: string;
  readonly hbm_shm_path: string;
  readonly generation: number;
  /** Null: no embedded store that engines share. */
  readonly master_address: string | null;
  /** Null: no real Mooncake. */
  readonly mooncake: MooncakeReach | null;
  /** Null: it does not offload into a pool of its own. */
  readonly native: NativePoolPlan | null;
  /** What it mounts in its own process (mode embedded); null: nothing. */
  readonly segment: OwnerProcess | null;
  readonly links: LinkTable | null;
  readonly network: NetworkWish | null;
}

/** How an engine reaches a real Mooncake store: the requester that it starts, and the segment of its own node. */
export interface MooncakeReach {
  readonly argv: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly setup: RequesterSetup;
  readonly local_segment: string | null;
}

/** Native offloading: what one engine keeps for itself. */
export interface NativePoolPlan {
  /** Made at start, removed at stop. */
  readonly shm_path: string;
  /** Whole slots. */
  readonly pool_bytes: number;
  /** A block of one rank on whole pages, in memory as in a file. */
  readonly slot_bytes: number;
  /** Null: no disk tier. `disk_path` is this engine's own directory and exists. */
  readonly disk: { readonly disk_path: string; readonly files: number } | null;
}

export interface RouterProcess {
  readonly kind: "router";
  readonly name: string;
  readonly http_port: number;
  readonly policy: RoutingPolicy;
  /** Tokens per block of the engines, for routing by prefix. */
  readonly block_tokens: number;
  readonly kv_aware: KvAwareConfig;
  readonly engines: readonly {
    readonly engine_name: string;
    readonly role: EngineRole;
    readonly url: string;
  }[];
  readonly record: RouterRecording | null;
}

/** Traffic written as a trace (router_recorder.ts). */
export interface RouterRecording {
  /** Made at start; must not be there yet. */
  readonly path: string;
  /** Of the block hashes: equal blocks of two recordings cannot be told as equal. */
  readonly salt: string;
  readonly block_tokens: number;
  /** False: no text of prompts or answers. */
  readonly include_text: boolean;
}

/** How processes of other nodes are reached. Where this is null: through this host's memory. */
export interface NetworkWish {
  readonly protocol: "tcp" | "rdma";
  /** RDMA devices that may be used, best first; empty: any. */
  readonly device_names: readonly string[];
  /** Null: the first RoCE v2 address that is IPv4, else the first. */
  readonly gid_index: number | null;
  /** The address of this host that other nodes reach, for tcp. */
  readonly tcp_source: string;
}

/** Links between nodes: next-free times of every NIC live in shared memory (core/link), two numbers a node. */
export interface LinkTable {
  readonly shm_path: string;
  readonly nodes: readonly string[];
  /** Already scaled by kv_scale. Null: only latency. */
  readonly bandwidth_bytes_per_s: number | null;
  readonly latency_us: number;
}

/** What a started process hands to its entry point. */
export interface RunningProcess {
  readonly http_port: number;
  /** Orderly end: unmounts, closes, removes what it made. */
  stop(): Promise<void>;
}

/** Lines of the process's log. */
export type Log = (line: string) => void;
