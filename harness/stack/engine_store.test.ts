// Engines on a real master and owner: what one engine saves, another loads, checked; a reset empties the store for all.

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OsClock } from "../clock/os_clock.ts";
import type { ConnectorConfig } from "../core/connector/connector_config.ts";
import type { Result } from "../domain/result.ts";
import { startEngine } from "./engine_server.ts";
import { FAKE_CORE } from "./fake_engine_fixture.ts";
import { startMaster } from "./master_server.ts";
import { startOwner } from "./owner_server.ts";
import type { EngineProcess, MasterProcess, OwnerProcess, RunningProcess } from "./process_config.ts";
import type { StartError } from "./start_error.ts";

/** The first engine of a fresh checkout compiles the native library. */
setDefaultTimeout(120_000);

const clock = new OsClock();
const log = (): void => {};
const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function tempDir(parent: string): string {
  const dir = mkdtempSync(join(parent, "tierbench-store-"));
  cleanups.push(() => rmSync(dir, { recursive: true }));
  return dir;
}

async function started(starting: Promise<Result<RunningProcess, StartError>>): Promise<string> {
  const process = await starting;
  if (!process.ok) throw new Error(process.error.detail);
  cleanups.push(() => process.value.stop());
  return `http://127.0.0.1:${process.value.http_port}`;
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
    },
  },
};

const CONNECTOR: ConnectorConfig = {
  kv_role: "kv_both",
  enable_lookup: true,
  load_async: true,
  namespaces: [{ cache_prefix: "", model: "toy", tp_rank: 0, pp_rank: 0, group: null }],
  lookup_ranks: "rank0",
  split_trigger: "none",
  enable_offload: false,
  staging_bytes: 1 << 18,
  staging_usable_ratio: 0.9,
  preferred_segment: null,
  replica_num: 1,
  executors: "shared",
  min_load_tokens: 0,
  chunk_tokens: 16,
  unaligned_handoff: false,
  on_reset_failure: "crash",
  tier_log: false,
};

function engineConfig(name: string, node: string, master_address: string): EngineProcess {
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
    rpc_address: `unix:${tempDir(tmpdir())}/rpc`,
    hbm_shm_path: `${tempDir("/dev/shm")}/hbm`,
    generation: 3,
    master_address,
    links: null,
  };
}

async function startStore(): Promise<string> {
  const dir = tempDir(tmpdir());
  const master_address = `unix:${dir}/master`;
  await started(startMaster({ ...MASTER, rpc_address: master_address }, clock, log));
  const owner: OwnerProcess = {
    kind: "owner",
    name: "owner-0",
    node: "node0",
    segment_name: "node0:50053",
    segment_bytes: 1 << 20,
    shm_path: `${tempDir("/dev/shm")}/segment`,
    generation: 1,
    rpc_address: `unix:${dir}/owner`,
    http_port: 0,
    master_address,
    client_ttl_ms: 10_000,
    disk: null,
  };
  await started(startOwner(owner, clock, log));
  return master_address;
}

interface Answer {
  readonly choices: readonly { readonly token_ids: readonly number[] }[];
  readonly usage: { readonly prompt_tokens_details: { readonly cached_tokens: number } };
  readonly tierbench_stages: { readonly cached_tokens: unknown };
}

const PROMPT = Array.from({ length: 70 }, (_, i) => 1 + i);

async function complete(url: string): Promise<Answer> {
  const body = JSON.stringify({ prompt: PROMPT, max_tokens: 4, return_token_ids: true });
  const answer = await fetch(`${url}/v1/completions`, { method: "POST", body });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Answer;
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(
    new RegExp(`^${name} (\\S+)$`, "m").exec(text.replace(/model_name="toy",engine="[^"]*",?/g, ""))?.[1],
  );
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await Bun.sleep(1);
}

test("an engine loads from the store what another engine saved, and a reset empties it for both", async () => {
  const master_address = await startStore();
  const writer = await started(startEngine(engineConfig("engine-0", "node0", master_address), clock, log));
  const reader = await started(startEngine(engineConfig("engine-1", "node1", master_address), clock, log));

  const computed = await complete(writer);
  expect(computed.tierbench_stages.cached_tokens).toEqual({ hbm: 0, cpu: 0, disk: 0 });
  // 70 prompt tokens: 4 full blocks of 16, on the owner of the writer's node.
  await until(async () => (await metric(writer, "tierbench:store_local_put_keys{}")) === 4);

  const loaded = await complete(reader);
  expect(loaded.choices).toEqual(computed.choices);
  expect(loaded.tierbench_stages.cached_tokens).toEqual({ hbm: 0, cpu: 64, disk: 0 });
  expect(loaded.usage.prompt_tokens_details.cached_tokens).toBe(64);
  // 4 blocks of 1024 bytes came from another node.
  expect(await metric(reader, "tierbench:store_remote_read_bytes{}")).toBe(4096);
  expect(await metric(reader, 'tierbench:load_bytes{tier="cpu"}')).toBe(4096);
  expect(await metric(reader, "tierbench:stale_reads{}")).toBe(0);
  expect(await metric(reader, "tierbench:corrupt_reads{}")).toBe(0);
  const loads = '{operation="load_get",status="ok"}';
  expect(await metric(reader, `vllm:mooncake_store_operation_total${loads}`)).toBe(1);
  expect(await metric(reader, `vllm:mooncake_store_operation_bytes_total${loads}`)).toBe(4096);
  expect(await metric(reader, `vllm:mooncake_store_operation_time_seconds_sum${loads}`)).toBeGreaterThan(0);

  const reset = await fetch(`${reader}/reset_prefix_cache?reset_external=true`, { method: "POST" });
  expect(reset.status).toBe(200);
  expect((await complete(reader)).tierbench_stages.cached_tokens).toEqual({ hbm: 0, cpu: 0, disk: 0 });
});

test("blocks saved under old weights are seen as stale by an engine with new ones", async () => {
  const master_address = await startStore();
  const writer = await started(startEngine(engineConfig("engine-0", "node0", master_address), clock, log));
  const config = { ...engineConfig("engine-1", "node1", master_address), weights_version: 2 };
  const reader = await started(startEngine(config, clock, log));
  await complete(writer);
  await until(async () => (await metric(writer, "tierbench:store_local_put_keys{}")) === 4);
  await complete(reader);
  expect(await metric(reader, "tierbench:stale_reads{}")).toBe(4);
});

test("after new weights only a forced reset keeps old blocks away: leased ones outlive an unforced one", async () => {
  for (const [query, stale_reads] of [
    ["reset_external=false", 4],
    ["reset_external=true&force=false", 4],
    ["reset_external=true", 0],
  ] as const) {
    const master_address = await startStore();
    const engine = await started(startEngine(engineConfig("engine-0", "node0", master_address), clock, log));
    await complete(engine);
    await until(async () => (await metric(engine, "tierbench:store_local_put_keys{}")) === 4);
    await fetch(`${engine}/reset_prefix_cache`, { method: "POST" });
    // The lookup of this one leases the blocks for lease_ttl_ms.
    expect((await complete(engine)).tierbench_stages.cached_tokens).toMatchObject({ cpu: 64 });

    await fetch(`${engine}/weights_version`, { method: "POST", body: '{"weights_version": 2}' });
    expect((await fetch(`${engine}/reset_prefix_cache?${query}`, { method: "POST" })).status).toBe(200);
    await complete(engine);
    expect([query, await metric(engine, "tierbench:stale_reads{}")]).toEqual([query, stale_reads]);
  }
});
