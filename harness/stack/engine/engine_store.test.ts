// Engines on a real master and owner: what one engine saves, another loads, checked; a reset empties the store for all.

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { tmpdir } from "node:os";
import type { OwnerProcess } from "../process_config.ts";
import {
  CONNECTOR,
  complete,
  EngineStoreFixture,
  metric,
  until,
  untilSavedLocally,
} from "./engine_store_fixture.ts";

/** The first engine of a fresh checkout compiles the native library. */
setDefaultTimeout(180_000);

const fixture = new EngineStoreFixture();
afterEach(() => fixture.close());

test("spec §1.10: an engine loads from the store what another engine saved, a reset empties it for both, and it fills again", async () => {
  const master_address = await fixture.startStore();
  const writer = await fixture.engine(fixture.engineConfig("engine-0", "node0", master_address));
  const reader = await fixture.engine(fixture.engineConfig("engine-1", "node1", master_address));

  const computed = await complete(writer);
  expect(computed.tierbench_stages.cached_tokens).toEqual({ hbm: 0, cpu: 0, disk: 0 });
  // 70 prompt tokens: 4 full blocks of 16, on the owner of the writer's node.
  await untilSavedLocally(writer, 4);

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
  expect(await metric(reader, "mooncake_transfer_read_bytes{}")).toBe(4096);
  expect(await metric(writer, "mooncake_transfer_write_bytes{}")).toBe(4096);
  expect(await metric(reader, "mooncake_transfer_batch_get_latency_count{}")).toBe(1);
  expect(await metric(reader, `vllm:mooncake_store_operation_bytes_total${loads}`)).toBe(4096);
  expect(await metric(reader, `vllm:mooncake_store_operation_time_seconds_sum${loads}`)).toBeGreaterThan(0);

  const reset = await fetch(`${reader}/reset_prefix_cache?reset_external=true`, { method: "POST" });
  expect(reset.status).toBe(200);
  expect((await complete(reader)).tierbench_stages.cached_tokens).toEqual({ hbm: 0, cpu: 0, disk: 0 });

  // Put again, the blocks are found again.
  await until(async () => (await metric(reader, "tierbench:put_keys{}")) === 4);
  await fetch(`${writer}/reset_prefix_cache`, { method: "POST" });
  expect((await complete(writer)).tierbench_stages.cached_tokens).toMatchObject({ cpu: 64 });
});

test("spec §1.2: engines with cache prefixes of their own share nothing", async () => {
  const master_address = await fixture.startStore();
  const engine = (name: string, cache_prefix: string): Promise<string> => {
    const config = fixture.engineConfig(name, "node0", master_address);
    const namespaces = CONNECTOR.namespaces.map((namespace) => ({ ...namespace, cache_prefix }));
    const core = { ...config.core, connector: { ...CONNECTOR, namespaces } };
    return fixture.engine({ ...config, core });
  };
  const bf16 = await engine("engine-0", "bf16");
  const fp8 = await engine("engine-1", "fp8");
  await complete(bf16);
  await untilSavedLocally(bf16, 4);
  expect((await complete(fp8)).tierbench_stages.cached_tokens).toEqual({ hbm: 0, cpu: 0, disk: 0 });
});

test("spec §1.1: an embedded engine mounts a segment in its own process, says so, and keeps what it saves there", async () => {
  const master_address = await fixture.startStore();
  const lines: string[] = [];
  const config = fixture.engineConfig("engine-0", "node1", master_address);
  const segment: OwnerProcess = {
    kind: "owner",
    name: "engine-0-segment",
    node: "node1",
    segment_name: "node1:12345",
    segment_bytes: 1 << 20,
    shm_path: `${fixture.tempDir("/dev/shm")}/segment`,
    generation: 1,
    rpc_address: `unix:${fixture.tempDir(tmpdir())}/rpc`,
    http_port: 0,
    master_address,
    client_ttl_ms: 10_000,
    network: null,
    disk: null,
  };
  const connector = { ...CONNECTOR, preferred_segment: "node1:12345" };
  const embedded = { ...config, segment, core: { ...config.core, connector } };
  const engine = await fixture.engine(embedded, (line) => void lines.push(line));
  expect(lines).toContainEqual(
    expect.stringContaining("Mooncake mode=embedded (global_segment_size=1048576, local_buffer_size=0,"),
  );
  await complete(engine);
  // The store's other owner is on node0: all 4 blocks are the engine's own to keep.
  await untilSavedLocally(engine, 4);
  expect(await metric(engine, "tierbench:store_remote_put_keys{}")).toBe(0);
  await fetch(`${engine}/reset_prefix_cache`, { method: "POST" });
  expect((await complete(engine)).tierbench_stages.cached_tokens).toMatchObject({ cpu: 64 });
});
