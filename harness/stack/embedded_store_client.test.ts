import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_REPLICATE_CONFIG } from "../domain/replica.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { msToNs } from "../domain/units.ts";
import type { ShapedLinks } from "./shaped_links.ts";
import {
  BLOCK_BYTES,
  describeStoreClient,
  fillBlocks,
  getItems,
  keyOf,
  MEMORY_BLOCKS,
  putItems,
} from "./store_client_contract.ts";
import { DISK, StoreFixture } from "./store_fixture.ts";

const MEMORY_BYTES = MEMORY_BLOCKS * BLOCK_BYTES;
const UPPER_HALF = (block: number): number => block + MEMORY_BLOCKS / 2;
const BLOCKS: readonly number[] = Array.from({ length: 16 }, (_, i) => i);

describeStoreClient("embedded", async () => {
  const fixture = new StoreFixture();
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(0));
  await fixture.startOwner(fixture.ownerConfig(1));
  return {
    ...fixture.openClient("node0", MEMORY_BYTES),
    segment_names: ["node0:50053", "node1:50053"],
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
});

test("an unknown preferred segment falls back to another, and the master counts it", async () => {
  await using fixture = new StoreFixture();
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(0));
  const requester = fixture.openClient("node0", MEMORY_BYTES);
  await fillBlocks(requester, [0]);
  const config = { ...DEFAULT_REPLICATE_CONFIG, preferred_segments: ["nowhere:50053"] };
  expect(await requester.client.put(putItems(requester.memory, [0]), config)).toEqual([0]);
  expect(await requester.client.stats()).toMatchObject({
    value: { preferred_fallback: 1, preferred_placed: 0 },
  });
});

test("without an owner a put is NO_AVAILABLE_HANDLE, without a master everything is RPC_FAIL", async () => {
  await using fixture = new StoreFixture();
  const master = await fixture.startMaster();
  const { client, memory } = fixture.openClient("node0", MEMORY_BYTES);
  expect(await client.put(putItems(memory, [0]), DEFAULT_REPLICATE_CONFIG)).toEqual([
    STORE_CODE.NO_AVAILABLE_HANDLE,
  ]);
  await master.stop();
  expect(await client.exists([keyOf(0)])).toEqual([STORE_CODE.RPC_FAIL]);
  expect(await client.get(getItems(memory, [0], UPPER_HALF))).toMatchObject([{ code: STORE_CODE.RPC_FAIL }]);
  expect(await client.removeAll(true)).toEqual({ code: STORE_CODE.RPC_FAIL, removed: 0 });
  expect(client.counters().faults).toEqual({
    [STORE_CODE.NO_AVAILABLE_HANDLE]: 1,
    [STORE_CODE.RPC_FAIL]: 2,
  });
});

test("a killed owner costs its own keys a code; the others are read, and new puts find their way", async () => {
  await using fixture = new StoreFixture({ client_ttl_ms: 1500 });
  await fixture.startMaster();
  const doomed = await fixture.spawnOwner(fixture.ownerConfig(0));
  await fixture.startOwner(fixture.ownerConfig(1));
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES);
  await fillBlocks({ plane, memory }, [0, 1, 2]);
  const prefer = (name: string) => ({ ...DEFAULT_REPLICATE_CONFIG, preferred_segments: [name] });
  expect(await client.put(putItems(memory, [0]), prefer("node0:50053"))).toEqual([0]);
  expect(await client.put(putItems(memory, [1]), prefer("node1:50053"))).toEqual([0]);
  doomed.kill("SIGKILL");
  await doomed.exited;
  const outcomes = await client.get(getItems(memory, [0, 1], UPPER_HALF));
  expect(outcomes.map(({ code }) => code)).toEqual([STORE_CODE.TRANSFER_FAIL, BLOCK_BYTES]);
  // After the TTL the master has dropped the segment: the key is missing, and puts go to the other owner.
  await fixture.until(async () => {
    const segments = await client.segments();
    return segments.ok && segments.value.length === 1;
  });
  expect(await client.exists([keyOf(0), keyOf(1)])).toEqual([0, 1]);
  expect(await client.put(putItems(memory, [2]), prefer("node0:50053"))).toEqual([0]);
  expect(await client.stats()).toMatchObject({ value: { expired_clients: 1 } });
  // The owner comes back under a new generation over the memory it left behind.
  await fixture.startOwner(fixture.ownerConfig(0, { generation: 2 }));
  expect(await client.put(putItems(memory, [0]), prefer("node0:50053"))).toEqual([0]);
  expect(await client.get(getItems(memory, [0], UPPER_HALF))).toMatchObject([
    { code: BLOCK_BYTES, remote: false },
  ]);
});

test("a copy that ends after its lease is LEASE_EXPIRED", async () => {
  await using fixture = new StoreFixture({ lease_ttl_ms: 30 });
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(1));
  const slow: ShapedLinks = {
    reserve: (_src, _dst, _bytes, now_ns) => now_ns + msToNs(40),
    close: () => {},
  };
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES, slow);
  await fillBlocks({ plane, memory }, [0]);
  await client.put(putItems(memory, [0]), DEFAULT_REPLICATE_CONFIG);
  expect(await client.get(getItems(memory, [0], UPPER_HALF))).toMatchObject([
    { code: STORE_CODE.LEASE_EXPIRED },
  ]);
});

test("copies between nodes are booked on the link in their direction, copies inside a node are not", async () => {
  await using fixture = new StoreFixture();
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(0));
  await fixture.startOwner(fixture.ownerConfig(1));
  const booked: string[] = [];
  const links: ShapedLinks = {
    reserve: (src, dst, bytes) => {
      booked.push(`${src} ${dst} ${bytes}`);
      return 0;
    },
    close: () => {},
  };
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES, links);
  await fillBlocks({ plane, memory }, [0, 1, 2]);
  const prefer = (name: string) => ({ ...DEFAULT_REPLICATE_CONFIG, preferred_segments: [name] });
  await client.put(putItems(memory, [0]), prefer("node0:50053"));
  await client.put(putItems(memory, [1, 2]), prefer("node1:50053"));
  await client.get(getItems(memory, [0, 1, 2], UPPER_HALF));
  expect(booked).toEqual([`node0 node1 ${2 * BLOCK_BYTES}`, `node1 node0 ${2 * BLOCK_BYTES}`]);
});

/** A store whose memory is too small for the blocks, with a disk behind it: they end up on disk. */
async function storeOnDisk(fixture: StoreFixture): Promise<ReturnType<StoreFixture["openClient"]>> {
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(1));
  const requester = fixture.openClient("node0", MEMORY_BYTES);
  const { client, memory } = requester;
  await fillBlocks(requester, BLOCKS);
  // 16 × 4160 = 66,560 bytes into a segment of 98,304: over the watermark of 0.2 once written to disk.
  expect(await client.put(putItems(memory, BLOCKS), DEFAULT_REPLICATE_CONFIG)).toEqual(BLOCKS.map(() => 0));
  await fixture.until(async () => (await replicaTiers(fixture, keyOf(0))).join() === "disk");
  return requester;
}

const ON_DISK = {
  tiers: "hbm+cpu+disk",
  enable_offload: true,
  segment_bytes: 98_304,
  eviction_high_watermark_ratio: 0.01,
  lease_ttl_ms: 500,
} as const;

async function replicaTiers(fixture: StoreFixture, key: string): Promise<string[]> {
  const reply = await fixture.askMaster(`/query_key?key=${encodeURIComponent(key)}`);
  const object: unknown = reply.ok ? await reply.json() : null;
  if (typeof object !== "object" || object === null || !("replicas" in object)) return [];
  return Array.isArray(object.replicas)
    ? object.replicas.map((replica: { tier: string }) => replica.tier)
    : [];
}

function bucketFiles(fixture: StoreFixture): string[] {
  return readdirSync(fixture.directory).filter((name) => name.endsWith(".bucket"));
}

test("objects offloaded at put end and evicted from memory are read back from disk, byte for byte", async () => {
  await using fixture = new StoreFixture(ON_DISK);
  const { client, memory } = await storeOnDisk(fixture);
  expect(bucketFiles(fixture).length).toBeGreaterThan(0);
  const outcomes = await client.get(getItems(memory, BLOCKS, UPPER_HALF));
  expect(outcomes.map(({ code }) => code)).toEqual(BLOCKS.map(() => BLOCK_BYTES));
  expect(outcomes[0]).toEqual({ code: BLOCK_BYTES, tier: "disk", remote: true, stale: false });
  expect(client.counters().read_bytes.disk).toBeGreaterThanOrEqual(BLOCK_BYTES);
});

test("removing everything wipes the disk at the next heartbeat", async () => {
  await using fixture = new StoreFixture(ON_DISK);
  const { client } = await storeOnDisk(fixture);
  const { code, removed } = await client.removeAll(true);
  expect({ code, removed }).toEqual({ code: 0, removed: BLOCKS.length });
  await fixture.until(() => bucketFiles(fixture).length === 0);
  expect(await client.exists([keyOf(0)])).toEqual([0]);
  expect(await (await fixture.askMaster("/metrics")).text()).toContain(
    "master_allocated_file_size_bytes 0\n",
  );
});

test("bytes that changed on disk are CHECKSUM_MISMATCH and never delivered", async () => {
  await using fixture = new StoreFixture(ON_DISK);
  const { client, memory } = await storeOnDisk(fixture);
  for (const name of bucketFiles(fixture)) {
    const file = await open(join(fixture.directory, name), "r+");
    const { size } = await file.stat();
    for (let offset = 0; offset < size; offset += 4096)
      await file.write(new Uint8Array([1, 2, 3]), 0, 3, offset + 20);
    await file.sync();
    await file.close();
  }
  expect(await client.get(getItems(memory, [0], UPPER_HALF))).toMatchObject([
    { code: STORE_CODE.CHECKSUM_MISMATCH },
  ]);
  expect(client.counters().corrupt_reads).toBe(1);
});

test("a restarted owner brings its buckets back, and deletes torn ones", async () => {
  await using fixture = new StoreFixture(ON_DISK);
  await fixture.startMaster();
  const owner = await fixture.startOwner(fixture.ownerConfig(1));
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES);
  await fillBlocks({ plane, memory }, BLOCKS);
  await client.put(putItems(memory, BLOCKS), DEFAULT_REPLICATE_CONFIG);
  await fixture.until(async () => (await replicaTiers(fixture, keyOf(0))).includes("disk"));
  await owner.stop();
  expect(await client.exists([keyOf(0)])).toEqual([0]);
  const meta = await readFile(join(fixture.directory, "1.meta"), "utf8");
  await Bun.write(join(fixture.directory, "99.meta"), meta.slice(0, 40));
  await Bun.write(join(fixture.directory, "99.bucket"), "torn");
  await fixture.startOwner(fixture.ownerConfig(1, { generation: 2 }));
  await fixture.until(async () => (await replicaTiers(fixture, keyOf(0))).join() === "disk");
  expect(await client.get(getItems(memory, [0], UPPER_HALF))).toMatchObject([
    { code: BLOCK_BYTES, tier: "disk" },
  ]);
  expect(bucketFiles(fixture)).not.toContain("99.bucket");
  expect(fixture.lines.some((line) => line.includes("99.bucket: torn"))).toBe(true);
});

test("a read that the staging buffer cannot hold is refused for every key of it; half of it passes", async () => {
  // 16 blocks take 16 × 8192 = 131,072 bytes of staging; there are 65,536.
  await using fixture = new StoreFixture({ ...ON_DISK, disk: { ...DISK, staging_bytes: 65_536 } });
  const { client, memory } = await storeOnDisk(fixture);
  await fixture.until(async () => (await replicaTiers(fixture, keyOf(15))).join() === "disk");
  const tiers = await Promise.all(BLOCKS.map((block) => replicaTiers(fixture, keyOf(block))));
  const on_disk = BLOCKS.filter((block) => tiers[block]?.join() === "disk");
  expect(on_disk.length).toBe(16);
  const all = await client.get(getItems(memory, BLOCKS, UPPER_HALF));
  expect(new Set(all.map(({ code }) => code))).toEqual(new Set([STORE_CODE.BUFFER_OVERFLOW]));
  const half = await client.get(getItems(memory, BLOCKS.slice(0, 8), UPPER_HALF));
  expect(new Set(half.map(({ code }) => code))).toEqual(new Set([BLOCK_BYTES]));
});
