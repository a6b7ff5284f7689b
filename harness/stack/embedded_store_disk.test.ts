// The disk tier seen by a requester: real files, written and read by the data plane.

import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
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
