// For tests of engines on a store: a master and an owner in this process, engines that use them, and what to ask of them.

import { expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OsClock } from "../../clock/os_clock.ts";
import type { ConnectorConfig } from "../../core/connector/connector_config.ts";
import type { Result } from "../../domain/result.ts";
import { FAKE_CORE } from "../fake_engine_fixture.ts";
import { startMaster } from "../master/master_server.ts";
import { startOwner } from "../owner/owner_server.ts";
import type { EngineProcess, MasterProcess, OwnerProcess, RunningProcess } from "../process_config.ts";
import type { StartError } from "../start_error.ts";
import { startEngine } from "./engine_server.ts";

const clock = new OsClock();
const log = (): void => {};

/** What a test starts, and what is undone after it. */
export class EngineStoreFixture {
  readonly cleanups: (() => void | Promise<void>)[] = [];
  /** Of the store started last. */
  master_url = "";

  async close(): Promise<void> {
    for (const cleanup of this.cleanups.splice(0).reverse()) await cleanup();
  }

  tempDir(parent: string): string {
    const dir = mkdtempSync(join(parent, "tierbench-store-"));
    this.cleanups.push(() => rmSync(dir, { recursive: true }));
    return dir;
  }

  /** Its URL. */
  async started(starting: Promise<Result<RunningProcess, StartError>>): Promise<string> {
    const process = await starting;
    if (!process.ok) throw new Error(process.error.detail);
    this.cleanups.push(() => process.value.stop());
    return `http://127.0.0.1:${process.value.http_port}`;
  }

  engine(config: EngineProcess, onLine: (line: string) => void = log): Promise<string> {
    return this.started(startEngine(config, clock, onLine));
  }

  /** One that a test stops itself, if it lives so long. */
  async startedEngine(config: EngineProcess): Promise<{ readonly url: string; stop(): Promise<void> }> {
    const engine = await startEngine(config, clock, log);
    if (!engine.ok) throw new Error(engine.error.detail);
    let stopping: Promise<void> | null = null;
    const stop = (): Promise<void> => (stopping ??= engine.value.stop());
    this.cleanups.push(stop);
    return { url: `http://127.0.0.1:${engine.value.http_port}`, stop };
  }

  /** `master_address` null: it offloads nothing. */
  engineConfig(name: string, node: string, master_address: string | null): EngineProcess {
    const core = {
      ...FAKE_CORE,
      engine_name: name,
      node,
      block_tokens: 16,
      max_model_len: 512,
      connector: CONNECTOR,
    };
    return {
      kind: "engine",
      name,
      core,
      weights_version: 1,
      http_port: 0,
      rpc_address: `unix:${this.tempDir(tmpdir())}/rpc`,
      hbm_shm_path: `${this.tempDir("/dev/shm")}/hbm`,
      generation: 3,
      master_address,
      mooncake: null,
      native: null,
      segment: null,
      links: null,
      network: null,
    };
  }

  /** A master and an owner on node0; the master's address. */
  async startStore(): Promise<string> {
    const dir = this.tempDir(tmpdir());
    const master_address = `unix:${dir}/master`;
    this.master_url = await this.started(startMaster({ ...MASTER, rpc_address: master_address }, clock, log));
    const owner: OwnerProcess = {
      kind: "owner",
      name: "owner-0",
      node: "node0",
      segment_name: "node0:50053",
      segment_bytes: 1 << 20,
      shm_path: `${this.tempDir("/dev/shm")}/segment`,
      generation: 1,
      rpc_address: `unix:${dir}/owner`,
      http_port: 0,
      master_address,
      client_ttl_ms: 10_000,
      network: null,
      disk: null,
    };
    await this.started(startOwner(owner, clock, log));
    return master_address;
  }
}

const MASTER: Omit<MasterProcess, "rpc_address"> = {
  kind: "master",
  name: "master",
  http_port: 0,
  seed: 1,
  store: {
    kind: "embedded",
    tiers: "hbm+cpu",
    pool: "global",
    enable_offload: false,
    offload_on_evict: false,
    acknowledged_puts: "safe",
    promote_on_hit: false,
    segment_bytes: 1 << 20,
    lease_ttl_ms: 5_000,
    soft_pin_ttl_ms: 30_000,
    eviction_high_watermark_ratio: 0.95,
    eviction_ratio: 0.05,
    put_start_discard_ms: 30_000,
    put_start_release_ms: 60_000,
    client_ttl_ms: 10_000,
    allocation: "random",
    replica_num: 1,
    disk: {
      path: null,
      capacity_bytes: 1 << 20,
      bucket_bytes: 1 << 18,
      bucket_keys: 16,
      bucket_eviction: "none",
      high_watermark_ratio: 0.9,
      low_watermark_ratio: 0.8,
      heartbeat_ms: 1_000,
      staging_bytes: 1 << 18,
      keys_limit: 1000,
    },
  },
};

export const CONNECTOR: ConnectorConfig = {
  profile: "vllm_2026_08",
  kv_role: "kv_both",
  enable_lookup: true,
  load_async: true,
  lookup_async: true,
  namespaces: [{ cache_prefix: "", model: "toy", tp_rank: 0, pp_rank: 0, group: null }],
  put_step: 1,
  lookup_ranks: "rank0",
  get_order: "together",
  split_trigger: "none",
  enable_offload: false,
  staging_bytes: 1 << 18,
  staging_usable_ratio: 0.9,
  preferred_segment: null,
  group_semantics: false,
  replica_num: 1,
  executors: "shared",
  min_load_tokens: 0,
  chunk_tokens: 16,
  unaligned_handoff: false,
  on_reset_failure: "crash",
  tier_log: false,
};

export interface Answer {
  readonly choices: readonly { readonly token_ids: readonly number[] }[];
  readonly usage: { readonly prompt_tokens_details: { readonly cached_tokens: number } };
  readonly tierbench_stages: { readonly cached_tokens: unknown };
}

/** 70 tokens. */
export const PROMPT: readonly number[] = Array.from({ length: 70 }, (_, i) => 1 + i);

export async function complete(url: string): Promise<Answer> {
  const body = JSON.stringify({ prompt: PROMPT, max_tokens: 4, return_token_ids: true });
  const answer = await fetch(`${url}/v1/completions`, { method: "POST", body });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Answer;
}

export async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(
    new RegExp(`^${name} (\\S+)$`, "m").exec(text.replace(/model_name="toy",engine="[^"]*",?/g, ""))?.[1],
  );
}

export async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await Bun.sleep(1);
}

/** Until the engine knows that `keys` keys are saved, each on its own node. The store's client counts a key before that. */
export async function untilSavedLocally(url: string, keys: number): Promise<void> {
  await until(async () => (await metric(url, "tierbench:put_keys{}")) === keys);
  expect(await metric(url, "tierbench:store_local_put_keys{}")).toBe(keys);
}
