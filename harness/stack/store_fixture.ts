// A live store for tests: one master and some owners, in this process or (to be killed) in processes of their own, with real
// sockets, real shared memory and real files. Everything it makes lies in two directories that go with it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import type { DataPlane, Region } from "../../native/ffi/data_plane.ts";
import type { Clock } from "../clock/clock.ts";
import { OsClock } from "../clock/os_clock.ts";
import type { DiskConfig, StoreConfig } from "../config/arm_config.ts";
import { assert } from "../domain/assert.ts";
import type { Result } from "../domain/result.ts";
import { KIB, MIB, msToNs } from "../domain/units.ts";
import type { SharedSecret } from "../wire/shared_secret.ts";
import { type EmbeddedStoreClient, openEmbeddedStoreClient } from "./embedded_store_client.ts";
import { startMaster } from "./master/master_server.ts";
import { NodePaths } from "./node_paths.ts";
import { openProcessPlane } from "./open_process_plane.ts";
import { startOwner } from "./owner/owner_server.ts";
import type { MasterProcess, NetworkWish, OwnerProcess, RunningProcess } from "./process_config.ts";
import type { ShapedLinks } from "./shaped_links.ts";

export const DISK: DiskConfig = {
  path: null,
  capacity_bytes: 64 * MIB,
  bucket_bytes: 256 * KIB,
  bucket_keys: 16,
  bucket_eviction: "fifo",
  high_watermark_ratio: 0.9,
  low_watermark_ratio: 0.8,
  heartbeat_ms: 20,
  staging_bytes: MIB,
  keys_limit: 10_000,
};

export const STORE: StoreConfig = {
  kind: "embedded",
  tiers: "hbm+cpu",
  pool: "global",
  enable_offload: false,
  offload_on_evict: false,
  acknowledged_puts: "safe",
  promote_on_hit: false,
  segment_bytes: MIB,
  lease_ttl_ms: 2000,
  soft_pin_ttl_ms: 60_000,
  eviction_high_watermark_ratio: 0.9,
  eviction_ratio: 0.05,
  put_start_discard_ms: 30_000,
  put_start_release_ms: 600_000,
  client_ttl_ms: 10_000,
  allocation: "random",
  replica_num: 1,
  disk: DISK,
};

const POLL_NS: number = msToNs(5);

export class StoreFixture implements AsyncDisposable {
  readonly clock: OsClock = new OsClock();
  readonly lines: string[] = [];
  readonly #directory: string = mkdtempSync(join(tmpdir(), "tierbench-store-"));
  readonly #shm_directory: string = mkdtempSync("/dev/shm/tierbench-store-");
  readonly #config: StoreConfig;
  readonly #network: NetworkWish | null;
  readonly #secret: SharedSecret | null;
  readonly #stack = new AsyncDisposableStack();
  #master_http_port = 0;

  /** `network`: how owners and clients reach each other's nodes; null: by shared memory. */
  constructor(
    config: Partial<StoreConfig> = {},
    secret: SharedSecret | null = null,
    network: NetworkWish | null = null,
  ) {
    this.#config = { ...STORE, ...config };
    this.#network = network;
    this.#secret = secret;
    this.#stack.defer(() => {
      rmSync(this.#directory, { recursive: true });
      rmSync(this.#shm_directory, { recursive: true });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }

  get directory(): string {
    return this.#directory;
  }

  /** `clock`: what the master takes for the time. */
  async startMaster(clock: Clock = this.clock): Promise<RunningProcess> {
    const config: MasterProcess = {
      kind: "master",
      name: "master",
      rpc_address: this.#address("master"),
      http_port: 0,
      seed: 1,
      store: this.#config,
    };
    const master = this.#use(await startMaster(config, clock, this.log, this.#secret));
    this.#master_http_port = master.http_port;
    return master;
  }

  ownerConfig(index: number, changes: Partial<OwnerProcess> = {}): OwnerProcess {
    const node = `node${index}`;
    return {
      kind: "owner",
      name: `owner-${index}`,
      node,
      segment_name: `${node}:50053`,
      segment_bytes: this.#config.segment_bytes,
      shm_path: join(this.#shm_directory, `owner-${index}`),
      generation: 1,
      rpc_address: this.#address(`owner-${index}`),
      http_port: 0,
      master_address: this.#address("master"),
      client_ttl_ms: this.#config.client_ttl_ms,
      network: this.#network,
      disk: this.#config.enable_offload ? { ...this.#config.disk, disk_path: this.#directory } : null,
      ...changes,
    };
  }

  async startOwner(config: OwnerProcess): Promise<RunningProcess> {
    return this.#use(await startOwner(config, this.clock, this.log, this.#secret));
  }

  /** An owner in a process of its own, ready to be killed. */
  async spawnOwner(config: OwnerProcess): Promise<Subprocess> {
    const child = Bun.spawn(
      [process.execPath, join(import.meta.dir, "owner/owner_process_fixture.ts"), JSON.stringify(config)],
      { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
    );
    this.#stack.defer(async () => {
      child.kill("SIGKILL");
      await child.exited;
    });
    const { value } = await child.stdout.getReader().read();
    assert(value !== undefined, "the owner process says that it is ready");
    return child;
  }

  /** A requester on `node` with memory of its own, `memory_bytes` of it. */
  openClient(
    node: string,
    memory_bytes: number,
    links: ShapedLinks | null = null,
    secret: SharedSecret | null = this.#secret,
  ): StoreRequester {
    const { plane, network } = unwrap(openProcessPlane(this.#network, this.log));
    const memory = unwrap(plane.createRegion(join(this.#shm_directory, `${node}-hbm`), memory_bytes, 1));
    const client = unwrap(
      openEmbeddedStoreClient({
        client_id: `${node}/engine`,
        node,
        master_address: this.#address("master"),
        plane,
        paths: new NodePaths(node, plane, network),
        links,
        clock: this.clock,
        log: this.log,
        rpc_timeout_ms: 5000,
        secret,
      }),
    );
    this.#stack.defer(async () => {
      await client.close();
      await plane.close();
    });
    return { client, plane, memory };
  }

  /** The master's answer on its HTTP port. */
  async askMaster(
    path: string,
    method: "GET" | "POST" = "GET",
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#master_http_port}${path}`, { method, headers });
  }

  /** Resolves as soon as `condition` holds; the test's own time limit ends a wait in vain. */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await this.clock.sleepUntil(this.clock.now_ns() + POLL_NS);
  }

  readonly log = (line: string): void => {
    this.lines.push(line);
  };

  #address(name: string): string {
    return `unix:${join(this.#directory, `${name}.sock`)}`;
  }

  #use(started: Result<RunningProcess, { readonly detail: string }>): RunningProcess {
    const running = unwrap(started);
    let stopped: Promise<void> | null = null;
    const stop = (): Promise<void> => {
      stopped ??= running.stop();
      return stopped;
    };
    this.#stack.defer(stop);
    return { http_port: running.http_port, stop };
  }
}

export interface StoreRequester {
  readonly client: EmbeddedStoreClient;
  readonly plane: DataPlane;
  readonly memory: Region;
}

function unwrap<T>(result: Result<T, { readonly detail: string }>): T {
  assert(result.ok, result.ok ? "" : result.error.detail);
  return result.value;
}
