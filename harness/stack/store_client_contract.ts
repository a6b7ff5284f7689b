// What every StoreClient does, whatever store is behind it. A suite calls this with a way to open a fresh, empty store.

import { expect, test } from "bun:test";
import type { BlockIdentity, DataPlane, Region } from "../../native/ffi/data_plane.ts";
import type { BlockHash } from "../domain/block_hash.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../domain/replica.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { StoreClient } from "./store_client.ts";

/** Not a multiple of 4096, nor of a page of any other size. */
export const BLOCK_BYTES = 4160;
/** Blocks that the requester's memory holds. */
export const MEMORY_BLOCKS = 64;

export interface StoreUnderTest extends AsyncDisposable {
  readonly client: StoreClient;
  readonly plane: DataPlane;
  /** MEMORY_BLOCKS × BLOCK_BYTES of the requester. */
  readonly memory: Region;
  /** Names of the mounted segments; at least two. */
  readonly segment_names: readonly string[];
}

export function identityOf(block: number, weights_version = 1): BlockIdentity {
  return { model_id: 7, hash: (1000 + block) as BlockHash, weights_version };
}

export function keyOf(block: number): string {
  return `model@tp_rank:0@${block}`;
}

/** Writes the bytes of `blocks` into the requester's memory, block i at slot i. */
export async function fillBlocks(
  { plane, memory }: Pick<StoreUnderTest, "plane" | "memory">,
  blocks: readonly number[],
  weights_version = 1,
): Promise<void> {
  const results = await plane.submit(
    blocks.map((block) => ({
      kind: "fill",
      region: memory,
      offset: block * BLOCK_BYTES,
      bytes: BLOCK_BYTES,
      identity: identityOf(block, weights_version),
    })),
  );
  expect(results.every(({ code }) => code === "ok")).toBe(true);
}

export function putItems(memory: Region, blocks: readonly number[]): Parameters<StoreClient["put"]>[0] {
  return blocks.map((block) => {
    return { key: keyOf(block), region: memory, offset: block * BLOCK_BYTES, bytes: BLOCK_BYTES };
  });
}

/** Reads of `blocks` into the slots `slot_of(block)`. */
export function getItems(
  memory: Region,
  blocks: readonly number[],
  slot_of: (block: number) => number,
  weights_version = 1,
): Parameters<StoreClient["get"]>[0] {
  return blocks.map((block) => ({
    key: keyOf(block),
    region: memory,
    offset: slot_of(block) * BLOCK_BYTES,
    bytes: BLOCK_BYTES,
    identity: identityOf(block, weights_version),
  }));
}

const UPPER_HALF = (block: number): number => block + MEMORY_BLOCKS / 2;

export function describeStoreClient(name: string, open: () => Promise<StoreUnderTest>): void {
  test(`${name}: what was put is read back byte for byte, and found before it is read`, async () => {
    await using store = await open();
    const { client, plane, memory } = store;
    await fillBlocks(store, [0, 1, 2, 3]);
    expect(await client.put(putItems(memory, [0, 1, 2, 3]), DEFAULT_REPLICATE_CONFIG)).toEqual([0, 0, 0, 0]);
    expect(await client.exists([keyOf(0), keyOf(9), keyOf(3)])).toEqual([1, 0, 1]);
    const outcomes = await client.get(getItems(memory, [0, 1, 2, 3], UPPER_HALF));
    for (const { code, tier, stale } of outcomes) {
      expect({ code, tier, stale }).toEqual({ code: BLOCK_BYTES, tier: "cpu", stale: false });
    }
    const verified = await plane.submit(
      [0, 1, 2, 3].map((block) => ({
        kind: "verify",
        region: memory,
        offset: UPPER_HALF(block) * BLOCK_BYTES,
        bytes: BLOCK_BYTES,
        identity: identityOf(block),
      })),
    );
    expect(verified.map(({ code }) => code)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(client.counters()).toMatchObject({
      put_keys: 4,
      get_keys: 4,
      read_bytes: { cpu: 4 * BLOCK_BYTES, disk: 0 },
      faults: {},
    });
  });

  test(`${name}: a missing key is OBJECT_NOT_FOUND, hurts no other key and is no fault`, async () => {
    await using store = await open();
    const { client, memory } = store;
    await fillBlocks(store, [0]);
    await client.put(putItems(memory, [0]), DEFAULT_REPLICATE_CONFIG);
    const outcomes = await client.get(getItems(memory, [5, 0], UPPER_HALF));
    expect(outcomes.map(({ code }) => code)).toEqual([STORE_CODE.OBJECT_NOT_FOUND, BLOCK_BYTES]);
    expect(client.counters().faults).toEqual({});
  });

  test(`${name}: putting an object that exists succeeds and leaves it as it was`, async () => {
    await using store = await open();
    const { client, memory } = store;
    await fillBlocks(store, [0]);
    await client.put(putItems(memory, [0]), DEFAULT_REPLICATE_CONFIG);
    await fillBlocks(store, [0], 2); // other bytes in the requester's memory
    expect(await client.put(putItems(memory, [0]), DEFAULT_REPLICATE_CONFIG)).toEqual([0]);
    expect(client.counters().existing_put_keys).toBe(1);
    expect(await client.get(getItems(memory, [0], UPPER_HALF))).toMatchObject([
      { code: BLOCK_BYTES, stale: false },
    ]);
  });

  test(`${name}: a block of older weights is delivered as stale, another block's bytes are CHECKSUM_MISMATCH`, async () => {
    await using store = await open();
    const { client, memory } = store;
    await fillBlocks(store, [0]);
    await client.put(putItems(memory, [0]), DEFAULT_REPLICATE_CONFIG);
    expect(await client.get(getItems(memory, [0], UPPER_HALF, 2))).toMatchObject([
      { code: BLOCK_BYTES, stale: true },
    ]);
    const [item] = getItems(memory, [0], UPPER_HALF);
    const wrong = item === undefined ? [] : [{ ...item, identity: identityOf(1) }];
    expect(await client.get(wrong)).toMatchObject([{ code: STORE_CODE.CHECKSUM_MISMATCH }]);
    expect(client.counters()).toMatchObject({ stale_reads: 1, corrupt_reads: 1 });
  });

  test(`${name}: objects go to the preferred segment, and the client sees whether that is its own node`, async () => {
    await using store = await open();
    const { client, memory, segment_names } = store;
    await fillBlocks(store, [0, 1, 2, 3, 4, 5, 6, 7]);
    const [first, second] = segment_names;
    const prefer = (name: string | undefined): typeof DEFAULT_REPLICATE_CONFIG => {
      return { ...DEFAULT_REPLICATE_CONFIG, preferred_segments: name === undefined ? [] : [name] };
    };
    await client.put(putItems(memory, [0, 1, 2, 3, 4]), prefer(first));
    await client.put(putItems(memory, [5, 6, 7]), prefer(second));
    const counters = client.counters();
    expect(counters.local_put_keys).toBe(5);
    expect(counters.remote_put_bytes).toBe(3 * BLOCK_BYTES);
    const outcomes = await client.get(getItems(memory, [0, 7], UPPER_HALF));
    expect(outcomes.map(({ remote }) => remote)).toEqual([false, true]);
    expect(client.counters().remote_read_bytes).toBe(BLOCK_BYTES);
  });

  test(`${name}: a leased object is removed by force only`, async () => {
    await using store = await open();
    const { client, memory } = store;
    await fillBlocks(store, [0, 1]);
    await client.put(putItems(memory, [0, 1]), DEFAULT_REPLICATE_CONFIG);
    expect(await client.exists([keyOf(0)])).toEqual([1]); // grants the lease
    expect(await client.remove(keyOf(0), false)).toBe(STORE_CODE.OBJECT_HAS_LEASE);
    expect(await client.removeAll(false)).toEqual({ code: 0, removed: 1 });
    expect(await client.remove(keyOf(0), true)).toBe(0);
    expect(await client.exists([keyOf(0), keyOf(1)])).toEqual([0, 0]);
  });

  test(`${name}: empty batches ask nothing`, async () => {
    await using store = await open();
    expect(await store.client.get([])).toEqual([]);
    expect(await store.client.put([], DEFAULT_REPLICATE_CONFIG)).toEqual([]);
    expect(await store.client.exists([])).toEqual([]);
    expect(store.client.counters()).toMatchObject({ get_batches: 0, put_batches: 0 });
  });
}
