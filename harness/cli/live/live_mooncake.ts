// The real Mooncake store of one stack: its master and owners in a network namespace of their own, since they listen on all
// addresses, a way to the master's metrics from outside, and what each engine's requester needs to reach it.

import { join } from "node:path";
import type { Clock } from "../../clock/clock.ts";
import type { ArmConfig } from "../../config/arm_config.ts";
import { parseDeployment } from "../../config/kv_offload/kv_offload_file.ts";
import type { StoreLaunchConfig } from "../../config/kv_offload/kv_offload_launch_config.ts";
import { mooncakeSegmentName } from "../../config/store_segments.ts";
import { usesDisk } from "../../config/uses_disk.ts";
import { assert } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { EngineSpec, Topology } from "../../domain/topology.ts";
import { MIB } from "../../domain/units.ts";
import { findMooncake, mooncakeBinary, requesterArgv } from "../../launch/mooncake/mooncake_install.ts";
import { openPrivateNetwork, type PrivateNetwork } from "../../launch/mooncake/mooncake_network.ts";
import { type MooncakeStack, startMooncakeStack } from "../../launch/mooncake/mooncake_stack.ts";
import { startRelay, type TcpRelay } from "../../launch/mooncake/tcp_relay.ts";
import type { MooncakeReach } from "../../stack/process_config.ts";
import type { StackFailure } from "../bench/arm_runner.ts";

export interface LiveMooncakeOptions {
  readonly clock: Clock;
  readonly arm: ArmConfig;
  readonly topology: Topology;
  readonly socket_dir: string;
  readonly disk_dir: string;
  readonly log_dir: string;
}

const HOST = "127.0.0.1";
const READY_TIMEOUT_MS = 20_000;
/** Of a requester: what it gets from disk passes through it. */
const LOCAL_BUFFER_BYTES = 64 * MIB;

export class LiveMooncake implements AsyncDisposable {
  /** Of the master's HTTP port, from outside. */
  readonly master_url: string;
  readonly master_pid: number;
  readonly #stack: MooncakeStack;
  readonly #parts: AsyncDisposableStack;
  readonly #argv: readonly string[];
  readonly #topology: Topology;

  private constructor(
    stack: MooncakeStack,
    relay: TcpRelay,
    argv: readonly string[],
    topology: Topology,
    parts: AsyncDisposableStack,
  ) {
    this.master_url = `http://${HOST}:${relay.port}`;
    this.master_pid = stack.master.pid;
    this.#stack = stack;
    this.#parts = parts;
    this.#argv = argv;
    this.#topology = topology;
  }

  static async start(options: LiveMooncakeOptions): Promise<Result<LiveMooncake, StackFailure>> {
    const venv = findMooncake();
    if (!venv.ok) return failure(venv.error);
    const network = await openPrivateNetwork();
    if (network === null) return failure(NO_NETWORK);
    await using parts = new AsyncDisposableStack();
    parts.defer(() => network.close());
    const stack = await startStack(options, venv.value, network);
    if (!stack.ok) return stack;
    parts.defer(() => stack.value.stop());
    const relay = await openRelay(options, network, stack.value, parts);
    if (!relay.ok) return relay;
    const argv = network.wrap(requesterArgv(venv.value));
    return ok(new LiveMooncake(stack.value, relay.value, argv, options.topology, parts.move()));
  }

  /** What the requester of an engine is started with. */
  reach({ node }: EngineSpec): MooncakeReach {
    const { addresses } = this.#stack;
    const owner_index = this.#topology.owners.findIndex((owner) => owner.node === node);
    return {
      argv: this.#argv,
      env: { MC_TCP_BIND_ADDRESS: HOST, GLOG_minloglevel: "2" },
      setup: {
        local_hostname: HOST,
        metadata_server: addresses.metadata,
        local_buffer_bytes: LOCAL_BUFFER_BYTES,
        protocol: "tcp",
        device_name: "",
        master_address: addresses.master,
        metrics_address: addresses.metrics,
      },
      local_segment: owner_index < 0 ? null : mooncakeSegmentName(owner_index),
    };
  }

  /** Processes that have ended by themselves. */
  lost(): readonly string[] {
    const { master, owners } = this.#stack;
    const named = [
      { name: "mooncake_master", process: master },
      ...owners.map((process, i) => ({ name: `mooncake_owner_${i}`, process })),
    ];
    return named.filter(({ process }) => !process.running).map(({ name }) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }
}

async function startStack(
  { clock, arm, topology, disk_dir, socket_dir, log_dir }: LiveMooncakeOptions,
  venv: string,
  network: PrivateNetwork,
): Promise<Result<MooncakeStack, StackFailure>> {
  const stack = await startMooncakeStack({
    clock,
    config: launchConfig(arm, disk_dir),
    owner_count: topology.owners.length,
    host: HOST,
    log_dir,
    env_file: join(socket_dir, "mooncake_master.env"),
    binaries: {
      master: mooncakeBinary(venv, "mooncake_master"),
      client: mooncakeBinary(venv, "mooncake_client"),
    },
    ready_timeout_ms: READY_TIMEOUT_MS,
    preset_env: { ...process.env, ...diskEnvironment(arm) },
    wrap: network.wrap,
    network_pid: network.pid,
  });
  return stack.ok ? stack : failure(stack.error.detail);
}

/** The arm's settings as flags of the binaries (config/check_mooncake.ts has refused what they cannot say). */
function launchConfig(
  { store, topology }: ArmConfig,
  disk_dir: string,
): Pick<StoreLaunchConfig, "master" | "owner"> {
  const enable_offload = usesDisk({ store });
  const deployment = parseDeployment({
    master: {
      lease_ttl_ms: store.lease_ttl_ms,
      eviction_high_watermark_ratio: store.eviction_high_watermark_ratio,
      eviction_ratio: store.eviction_ratio,
      client_ttl_s: store.client_ttl_ms / 1_000,
      allocation_strategy: store.allocation,
      enable_offload,
      offload_on_evict: enable_offload && store.offload_on_evict,
    },
    owner: {
      protocol: "tcp",
      segment_bytes: store.segment_bytes,
      enable_offload,
      disk_path: disk_dir,
      disk_bytes: store.disk.capacity_bytes,
      staging_bytes: store.disk.staging_bytes,
      heartbeat_s: store.disk.heartbeat_ms / 1_000,
    },
  });
  assert(deployment.ok, `a checked arm is a valid deployment: ${topology}`);
  return deployment.value.store;
}

/** What owners take from their environment only. */
function diskEnvironment({ store: { disk } }: ArmConfig): Readonly<Record<string, string>> {
  return {
    MOONCAKE_BUCKET_EVICTION_POLICY: disk.bucket_eviction,
    MOONCAKE_OFFLOAD_BUCKET_SIZE_LIMIT_BYTES: String(disk.bucket_bytes),
    MOONCAKE_OFFLOAD_BUCKET_KEYS_LIMIT: String(disk.bucket_keys),
    MOONCAKE_OFFLOAD_TOTAL_KEYS_LIMIT: String(disk.keys_limit),
    MOONCAKE_OFFLOAD_DISK_EVICTION_HIGH_WATERMARK_RATIO: String(disk.high_watermark_ratio),
    MOONCAKE_OFFLOAD_DISK_EVICTION_LOW_WATERMARK_RATIO: String(disk.low_watermark_ratio),
  };
}

/** From a port outside to the master's HTTP port inside, by way of a unix socket. */
async function openRelay(
  { socket_dir }: LiveMooncakeOptions,
  network: PrivateNetwork,
  { addresses }: MooncakeStack,
  parts: AsyncDisposableStack,
): Promise<Result<TcpRelay, StackFailure>> {
  const socket = `unix:${join(socket_dir, "mooncake_metrics.sock")}`;
  const program = join(import.meta.dir, "../../launch/mooncake/tcp_relay.ts");
  const inside = Bun.spawn(
    [...network.wrap([process.execPath, program, socket, `tcp:${addresses.metrics}`])],
    { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
  );
  parts.defer(async () => {
    inside.kill("SIGKILL");
    await inside.exited;
  });
  const { value } = await inside.stdout.getReader().read();
  if (value === undefined) return failure("the way to the Mooncake master's metrics could not be opened");
  const relay = await startRelay(`tcp:${HOST}:0`, socket);
  parts.use(relay);
  return ok(relay);
}

const NO_NETWORK =
  "store.kind mooncake needs a network namespace of its own, since the real store listens on all addresses: run as root with unshare, nsenter and ip installed (Debian: util-linux, iproute2).";

function failure(message: string): Result<never, StackFailure> {
  return err({ code: "process", message });
}
