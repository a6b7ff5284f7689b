// The disk tier seen by a requester: real files, written and read by the data plane.

import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { open, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_REPLICATE_CONFIG } from "../domain/replica.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import {
  BLOCK_BYTES,
  fillBlocks,
  getItems,
  keyOf,
  MEMORY_BLOCKS,
  putItems,
} from "./store_client_contract.ts";
import { DISK, StoreFixture, type StoreRequester } from "./store_fixture.ts";

const MEMORY_BYTES = MEMORY_BLOCKS * BLOCK_BYTES;
const UPPER_HALF = (block: number): number => block + MEMORY_BLOCKS / 2;
const BLOCKS: readonly number[] = Array.from({ length: 16 }, (_, i) => i);

/** A store whose memory is too small for the blocks, with a disk behind it: they end up on disk. */
async function storeOnDisk(fixture: StoreFixture): Promise<StoreRequester> {
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(1));
  const requester = fixture.openClient("node0", MEMORY_BYTES);
  const { client, memory } = requester;
  await fillBlocks(requester, BLOCKS);
  // 16 × 4160 = 66,560 bytes in a segment of 98,304 are over the watermark of 0.01: what is on disk may leave memory.
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

test("an object read from disk twice is promoted: the next get finds it in memory, byte for byte", async () => {
  await using fixture = new StoreFixture({ ...ON_DISK, promote_on_hit: true });
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(1));
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES);
  await fillBlocks({ plane, memory }, [0]);
  // 4160 of 98,304 bytes are over the watermark of 0.01, so block 0 leaves memory; promoted, it is leased and stays for a while.
  await client.put(putItems(memory, [0]), DEFAULT_REPLICATE_CONFIG);
  await fixture.until(async () => (await replicaTiers(fixture, keyOf(0))).join() === "disk");
  for (let i = 0; i < 2; i++) {
    const [outcome] = await client.get(getItems(memory, [0], UPPER_HALF));
    expect(outcome).toMatchObject({ code: BLOCK_BYTES, tier: "disk" });
  }
  await fixture.until(async () => {
    const [outcome] = await client.get(getItems(memory, [0], UPPER_HALF));
    return outcome?.tier === "cpu" && outcome.code === BLOCK_BYTES && !outcome.stale;
  });
  const stats = await client.stats();
  expect(stats.ok && stats.value.promotions.completed).toBe(1);
});

test("an object that the disk has damaged is dropped: the master no longer names it, and its reader sees a miss", async () => {
  await using fixture = new StoreFixture(ON_DISK);
  const { client, memory } = await storeOnDisk(fixture);
  const file = await open(join(fixture.directory, bucketFiles(fixture)[0] ?? ""), "r+");
  await file.write(new Uint8Array([1, 2, 3]), 0, 3, 20); // the first object of the first bucket
  await file.close();
  const outcomes = await client.get(getItems(memory, BLOCKS, UPPER_HALF));
  const damaged = outcomes.findIndex(({ code }) => code === STORE_CODE.CHECKSUM_MISMATCH);
  expect(outcomes.filter(({ code }) => code === BLOCK_BYTES).length).toBe(BLOCKS.length - 1);
  await fixture.until(async () => (await client.exists([keyOf(damaged)]))[0] === 0);
  expect(await client.get(getItems(memory, [damaged], UPPER_HALF))).toMatchObject([
    { code: STORE_CODE.OBJECT_NOT_FOUND },
  ]);
  expect(client.counters().corrupt_reads).toBe(1);
});

test("bucket files cut short while their owner runs give typed errors for what is gone, and the rest is read", async () => {
  await using fixture = new StoreFixture(ON_DISK);
  const { client, memory } = await storeOnDisk(fixture);
  for (const name of bucketFiles(fixture)) await truncate(join(fixture.directory, name), 8192); // one block of two pages
  const outcomes = await client.get(getItems(memory, BLOCKS, UPPER_HALF));
  const codes = new Set(outcomes.map(({ code }) => code));
  expect(codes.has(BLOCK_BYTES)).toBe(true);
  codes.delete(BLOCK_BYTES);
  const { FILE_READ_FAIL, FILE_OPEN_FAIL, CHECKSUM_MISMATCH } = STORE_CODE;
  const typed: readonly number[] = [FILE_READ_FAIL, FILE_OPEN_FAIL, CHECKSUM_MISMATCH];
  for (const code of codes) expect(typed).toContain(code);
  expect(codes.size).toBeGreaterThan(0);
});

test("an owner killed while it writes brings back whole buckets only, and every object of theirs has its own bytes", async () => {
  await using fixture = new StoreFixture(ON_DISK);
  await fixture.startMaster();
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES);
  await fillBlocks({ plane, memory }, BLOCKS);
  const owner = await fixture.spawnOwner(fixture.ownerConfig(1));
  await client.put(putItems(memory, BLOCKS), DEFAULT_REPLICATE_CONFIG);
  await fixture.until(() => bucketFiles(fixture).length > 0); // perhaps not whole yet
  owner.kill("SIGKILL");
  await owner.exited;
  await fixture.startOwner(fixture.ownerConfig(1, { generation: 2 }));
  const metas = (): string[] => readdirSync(fixture.directory).filter((name) => name.endsWith(".meta"));
  expect(bucketFiles(fixture).length).toBe(metas().length); // what was torn is gone
  const listed = (
    await Promise.all(metas().map((name) => readFile(join(fixture.directory, name), "utf8")))
  ).join();
  const kept = BLOCKS.filter((block) => listed.includes(`"${keyOf(block)}"`));
  await fixture.until(async () => (await client.exists(kept.map(keyOf))).every((code) => code === 1));
  const outcomes = await client.get(getItems(memory, kept, UPPER_HALF));
  expect(outcomes.map(({ code, stale }) => [code, stale])).toEqual(kept.map(() => [BLOCK_BYTES, false]));
  const others = BLOCKS.filter((block) => !kept.includes(block));
  expect(await client.exists(others.map(keyOf))).toEqual(others.map(() => 0));
});
