import { expect, test } from "bun:test";
import { join } from "node:path";
import { present } from "../../domain/assert.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { MIB } from "../../domain/units.ts";
import { MASTER_SERVICE, type MasterTypes } from "../../wire/master_codec.ts";
import { RpcClient } from "../../wire/rpc_client.ts";
import { SharedSecret } from "../../wire/shared_secret.ts";
import { segmentOfNumbers } from "../segment_of_numbers.ts";
import { BLOCK_BYTES, fillBlocks, getItems, keyOf, putItems } from "../store_client_contract.ts";
import { STORE, StoreFixture } from "../store_fixture.ts";
import { startMaster } from "./master_server.ts";

const MEMORY_BYTES = 8 * BLOCK_BYTES;

async function storeWithTwoBlocks(fixture: StoreFixture): Promise<void> {
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(0));
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES);
  await fillBlocks({ plane, memory }, [0, 1]);
  await client.put(putItems(memory, [0, 1]), DEFAULT_REPLICATE_CONFIG);
  await client.get(getItems(memory, [0, 5], (block) => block + 2));
}

test("/metrics has Mooncake's names, trailing underscores and segment labels included", async () => {
  await using fixture = new StoreFixture();
  await storeWithTwoBlocks(fixture);
  const text = await (await fixture.askMaster("/metrics")).text();
  const lines = text.split("\n");
  for (const line of [
    "master_key_count 2",
    `master_allocated_bytes ${2 * BLOCK_BYTES}`, // 4160 is a multiple of the allocator's 64
    `master_total_capacity_bytes ${STORE.segment_bytes}`,
    "master_allocated_file_size_bytes 0",
    `segment_allocated_bytes{segment="node0:50053"} ${2 * BLOCK_BYTES}`,
    "mem_cache_hit_nums_ 1",
    "file_cache_hit_nums_ 0",
    "total_get_nums_ 2",
    "valid_get_nums_ 1",
    "master_batch_put_start_requests_total 1",
    "master_mount_segment_failures_total 0",
  ]) {
    expect(lines).toContain(line);
  }
});

test("keys, one key, segments, health and the summary are served", async () => {
  await using fixture = new StoreFixture();
  await storeWithTwoBlocks(fixture);
  const ask = async (path: string): Promise<string> => (await fixture.askMaster(path)).text();
  expect(await ask("/get_all_keys")).toBe(`${keyOf(0)}\n${keyOf(1)}\n`);
  expect(await ask("/get_all_segments")).toBe("node0:50053\n");
  expect(await ask("/health")).toBe("OK\n");
  expect(await ask("/metrics/summary")).toContain("Keys: 2 (soft-pinned: 0) | Clients: 1");
  const one = await fixture.askMaster(`/query_key?key=${encodeURIComponent(keyOf(0))}`);
  expect(await one.json()).toMatchObject({
    bytes: BLOCK_BYTES,
    readable: true,
    replicas: [{ tier: "cpu", segment_name: "node0:50053" }],
  });
});

test("a question without its parameter, for a missing key or with a wrong value says what to do", async () => {
  await using fixture = new StoreFixture();
  await fixture.startMaster();
  const missing = await fixture.askMaster("/query_key?key=none");
  expect([missing.status, await missing.text()]).toEqual([
    404,
    'key: no object "none". /get_all_keys lists them.\n',
  ]);
  expect((await fixture.askMaster("/query_key")).status).toBe(400);
  expect((await fixture.askMaster("/remove_all?force=maybe", "POST")).status).toBe(400);
});

test("POST /remove_all empties the store and keeps what is leased unless forced", async () => {
  await using fixture = new StoreFixture();
  await storeWithTwoBlocks(fixture); // block 0 was read: leased
  expect(await (await fixture.askMaster("/remove_all", "POST")).json()).toEqual({ code: 0, removed: 1 });
  expect(await (await fixture.askMaster("/remove_all?force=true", "POST")).json()).toEqual({
    code: 0,
    removed: 1,
  });
});

test("thousands of objects are listed, and removed over several ticks; who asks meanwhile finds none", async () => {
  await using fixture = new StoreFixture();
  await fixture.startMaster();
  const client_id = "owner";
  const address = { kind: "unix", path: join(fixture.directory, "master.sock") } as const;
  const { clock } = fixture;
  const master = new RpcClient<MasterTypes>({ address, service: MASTER_SERVICE, clock, timeout_ms: 5000 });
  const segment = segmentOfNumbers("node0:1", MIB, 1);
  await master.call("mount_segment", { client_id, segment });
  const keys = Array.from({ length: 5000 }, (_, i) => `k${i}`); // three pieces
  const objects = keys.map((key) => ({ key, bytes: 64 }));
  await master.call("batch_put_start", { client_id, objects, config: DEFAULT_REPLICATE_CONFIG });
  await master.call("batch_put_end", { client_id, keys });
  expect(await (await fixture.askMaster("/get_all_keys")).text()).toBe(
    keys.map((key) => `${key}\n`).join(""),
  );
  const [removed, found] = await Promise.all([
    master.call("remove_all", { force: true }),
    master.call("batch_exist", { keys }),
  ]);
  expect(removed).toMatchObject({ ok: true, value: { code: 0, removed: 5000 } });
  expect(found).toMatchObject({ ok: true, value: { codes: keys.map(() => 0) } });
  master.close();
});

test("a port or an address in use is an error that names it, and nothing is left listening", async () => {
  await using fixture = new StoreFixture();
  const first = await fixture.startMaster();
  const config = {
    kind: "master",
    name: "second",
    rpc_address: `unix:${fixture.directory}/second.sock`,
    http_port: first.http_port,
    seed: 1,
    store: STORE,
  } as const;
  const port_taken = await startMaster(config, fixture.clock, fixture.log);
  expect(port_taken).toMatchObject({ ok: false, error: { code: "port_taken" } });
  if (!port_taken.ok)
    expect(port_taken.error.detail).toContain(`http_port: cannot listen on 127.0.0.1:${first.http_port}`);
  const address_taken = await startMaster(
    { ...config, http_port: 0, rpc_address: `unix:${fixture.directory}/master.sock` },
    fixture.clock,
    fixture.log,
  );
  expect(address_taken).toMatchObject({ ok: false, error: { code: "address_taken" } });
  const free = await startMaster({ ...config, http_port: 0 }, fixture.clock, fixture.log);
  expect(free.ok).toBe(true); // second.sock was given back
  if (free.ok) await free.value.stop();
});

test("a store with a secret serves its own processes and nobody else; health and metrics stay open", async () => {
  const text = "0123456789abcdef0123456789abcdef";
  const parsed = SharedSecret.parse(text);
  await using fixture = new StoreFixture(
    { enable_offload: true },
    present(parsed.ok ? parsed.value : null, "long enough"),
  );
  await storeWithTwoBlocks(fixture);
  const stranger = fixture.openClient("node9", MEMORY_BYTES, null, null).client;
  expect(await stranger.exists([keyOf(0)])).toEqual([STORE_CODE.ILLEGAL_CLIENT]);
  expect(await stranger.removeAll(true)).toEqual({ code: STORE_CODE.ILLEGAL_CLIENT, removed: 0 });
  const status = async (path: string, method: "GET" | "POST", authorization: string): Promise<number> =>
    (await fixture.askMaster(path, method, { authorization })).status;
  const guarded = [
    ["/get_all_keys", "GET"],
    ["/query_key?key=x", "GET"],
    ["/remove_all", "POST"],
  ] as const;
  for (const [path, method] of guarded) expect(await status(path, method, "Bearer wrong")).toBe(401);
  for (const path of ["/health", "/metrics", "/metrics/summary", "/get_all_segments"]) {
    expect(await status(path, "GET", "")).toBe(200);
  }
  expect(await status("/remove_all?force=true", "POST", `Bearer ${text}`)).toBe(200);
  expect(fixture.lines.join("\n")).not.toContain(text);
});

test("a master that stood still for longer than client_ttl_ms hears its clients' pings before it takes any for dead", async () => {
  await using fixture = new StoreFixture({ client_ttl_ms: 2_000 });
  await fixture.startMaster();
  await fixture.spawnOwner(fixture.ownerConfig(0)); // in a process of its own: it goes on pinging
  const { client } = fixture.openClient("node0", MEMORY_BYTES);
  await client.stats();
  Bun.sleepSync(2_600);
  const before = await client.stats();
  await fixture.until(async () => {
    const stats = await client.stats();
    return stats.ok && before.ok && stats.value.requests.ping > before.value.requests.ping;
  });
  const stats = await client.stats();
  expect(stats.ok && [stats.value.expired_clients, stats.value.segments.length]).toEqual([0, 1]);
}, 180_000);
