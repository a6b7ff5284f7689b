// Real bytes in shared memory and in files: what the pool evicts comes back from disk, checked.

import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataPlane, Region } from "../../native/ffi/data_plane.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { NativeStoreClient } from "./native_store_client.ts";
import { openProcessPlane } from "./open_process_plane.ts";
import { alignToPage } from "./owner/bucket_files.ts";
import {
  BLOCK_BYTES,
  fillBlocks,
  getItems,
  identityOf,
  keyOf,
  MEMORY_BLOCKS,
  putItems,
} from "./store_client_contract.ts";

/** The first test of a fresh checkout compiles the native library. */
setDefaultTimeout(180_000);

interface NativeUnderTest extends AsyncDisposable {
  readonly client: NativeStoreClient;
  readonly plane: DataPlane;
  readonly memory: Region;
  readonly disk_path: string;
}

async function open(cpu_slots: number, files: number): Promise<NativeUnderTest> {
  await using opened = new AsyncDisposableStack();
  const shm_dir = mkdtempSync("/dev/shm/tierbench-native-");
  const disk_path = mkdtempSync(join(tmpdir(), "tierbench-native-"));
  for (const path of [shm_dir, disk_path]) opened.defer(() => rmSync(path, { recursive: true }));
  const process_plane = openProcessPlane(null, () => {});
  if (!process_plane.ok) throw new Error(process_plane.error.detail);
  const { plane } = process_plane.value;
  opened.defer(() => plane.close());
  const slot_bytes = alignToPage(BLOCK_BYTES); // 8192: a block is a page and 64 bytes
  const memory = plane.createRegion(join(shm_dir, "memory"), MEMORY_BLOCKS * BLOCK_BYTES, 1);
  const pool = plane.createRegion(join(shm_dir, "pool"), cpu_slots * slot_bytes, 1);
  if (!memory.ok || !pool.ok) throw new Error("no shared memory");
  const disk = files === 0 ? null : { disk_path, files };
  const client = new NativeStoreClient({
    plane,
    pool: pool.value,
    object_bytes: BLOCK_BYTES,
    slot_bytes,
    disk,
    log: () => {},
  });
  opened.defer(() => client.close());
  const owned = opened.move();
  return {
    client,
    plane,
    memory: memory.value,
    disk_path,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const UPPER_HALF = (block: number): number => block + MEMORY_BLOCKS / 2;

test("what was put is read back from memory byte for byte, and crosses no node", async () => {
  await using store = await open(4, 0);
  const { client, memory } = store;
  await fillBlocks(store, [0, 1]);
  expect(await client.put(putItems(memory, [0, 1]))).toEqual([0, 0]);
  expect(await client.exists([keyOf(0), keyOf(9)])).toEqual([1, 0]);
  expect(await client.get(getItems(memory, [0, 9, 1], UPPER_HALF))).toMatchObject([
    { code: BLOCK_BYTES, tier: "cpu", remote: false, stale: false },
    { code: STORE_CODE.OBJECT_NOT_FOUND },
    { code: BLOCK_BYTES, tier: "cpu", remote: false, stale: false },
  ]);
  expect(client.counters()).toMatchObject({
    read_bytes: { cpu: 2 * BLOCK_BYTES, disk: 0 },
    remote_read_bytes: 0,
    local_put_bytes: 2 * BLOCK_BYTES,
    remote_put_keys: 0,
    faults: {},
  });
});

test("what memory evicts is read back from its file, checked, and stays in memory", async () => {
  await using store = await open(2, 8);
  const { client, memory, plane, disk_path } = store;
  await fillBlocks(store, [0, 1, 2, 3]);
  for (const blocks of [
    [0, 1],
    [2, 3],
  ]) {
    expect(await client.put(putItems(memory, blocks))).toEqual([0, 0]);
    await client.close(); // until the files are written
  }
  expect(readdirSync(disk_path)).toHaveLength(4);
  expect(client.native()).toMatchObject({ native_cpu_keys: 2, native_disk_keys: 4, native_evicted_keys: 2 });
  expect(await client.get(getItems(memory, [0], UPPER_HALF))).toMatchObject([{ tier: "disk", stale: false }]);
  const region = { region: memory, offset: UPPER_HALF(0) * BLOCK_BYTES, bytes: BLOCK_BYTES };
  const verified = await plane.submit([{ kind: "verify", ...region, identity: identityOf(0) }]);
  expect(verified.map(({ code }) => code)).toEqual(["ok"]);
  expect(await client.get(getItems(memory, [0], UPPER_HALF))).toMatchObject([{ tier: "cpu" }]);
});

test("a file that was torn is seen as corrupt, one that is gone fails its block only", async () => {
  await using store = await open(2, 8);
  const { client, memory, disk_path } = store;
  await fillBlocks(store, [0, 1, 2, 3]);
  for (const blocks of [
    [0, 1],
    [2, 3],
  ]) {
    await client.put(putItems(memory, blocks));
    await client.close();
  }
  const [first = "", second = ""] = readdirSync(disk_path).sort(); // of blocks 0 and 1, in the order of their writes
  writeFileSync(join(disk_path, first), Buffer.alloc(8192, 7));
  rmSync(join(disk_path, second));
  const outcomes = await client.get(getItems(memory, [0, 1], UPPER_HALF));
  expect(outcomes.map(({ code }) => code)).toEqual([STORE_CODE.CHECKSUM_MISMATCH, STORE_CODE.FILE_READ_FAIL]);
  expect(client.counters()).toMatchObject({ corrupt_reads: 1 });
  expect(await client.exists([keyOf(0), keyOf(1)])).toEqual([0, 0]); // neither is promised again
});

test("a block of older weights is delivered as stale; a reset empties memory and disk", async () => {
  await using store = await open(4, 8);
  const { client, memory, disk_path } = store;
  await fillBlocks(store, [0, 1]);
  await client.put(putItems(memory, [0, 1]));
  await client.close();
  expect(await client.get(getItems(memory, [0], UPPER_HALF, 2))).toMatchObject([
    { code: BLOCK_BYTES, stale: true },
  ]);
  expect(await client.removeAll()).toEqual({ code: 0, removed: 2 });
  await client.close();
  expect(await client.exists([keyOf(0), keyOf(1)])).toEqual([0, 0]);
  expect(readdirSync(disk_path)).toEqual([]);
});
