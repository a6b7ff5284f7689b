import { expect, test } from "bun:test";
import type { BlockHash } from "../../domain/block_hash.ts";
import { BlockPool } from "./block_pool.ts";

const HASH = 100 as BlockHash;

test("a sequence's tail is reallocated before its head", () => {
  const pool = new BlockPool(3, true);
  const ids = [pool.allocate(), pool.allocate(), pool.allocate()];
  pool.release(ids);
  expect([pool.allocate(), pool.allocate(), pool.allocate()]).toEqual(ids.reverse());
});

test("the least recently freed block is reallocated first", () => {
  const pool = new BlockPool(3, true);
  const [a, b, c] = [pool.allocate(), pool.allocate(), pool.allocate()];
  pool.release([b]);
  pool.release([c]);
  pool.release([a]);
  expect([pool.allocate(), pool.allocate(), pool.allocate()]).toEqual([b, c, a]);
});

test("a free cached block is found until it is reallocated", () => {
  const pool = new BlockPool(2, true);
  const block_id = pool.allocate();
  pool.cache(block_id, HASH);
  pool.release([block_id]);
  pool.allocate(); // the other block, freed longer ago
  expect(pool.find(HASH)).toBe(block_id);
  expect(pool.allocate()).toBe(block_id);
  expect(pool.find(HASH)).toBe(-1);
});

test("a hit revives a free block and moves it to the back of the queue when it is freed again", () => {
  const pool = new BlockPool(2, true);
  const [a, b] = [pool.allocate(), pool.allocate()];
  pool.cache(a, HASH);
  pool.release([a]);
  pool.release([b]);
  pool.reference(a);
  expect(pool.free_blocks).toBe(1);
  pool.release([a]);
  expect([pool.allocate(), pool.allocate()]).toEqual([b, a]);
});

test("a block is free when its last reference is dropped", () => {
  const pool = new BlockPool(1, true);
  const block_id = pool.allocate();
  pool.reference(block_id);
  pool.release([block_id]);
  expect(pool.free_blocks).toBe(0);
  pool.release([block_id]);
  expect(pool.free_blocks).toBe(1);
});

test("blocks of equal content are all found, one after the other is gone", () => {
  const pool = new BlockPool(3, true);
  const ids = [pool.allocate(), pool.allocate(), pool.allocate()];
  for (const block_id of ids) pool.cache(block_id, HASH);
  for (const block_id of ids) {
    expect(ids).toContain(pool.find(HASH));
    pool.release([block_id]);
    pool.allocate(); // the only free block
    pool.assertInvariants(Int32Array.from([1, 1, 1]));
  }
  expect(pool.find(HASH)).toBe(-1);
});

test("free hits are not counted as room for new blocks", () => {
  const pool = new BlockPool(3, true);
  const block_id = pool.allocate();
  pool.cache(block_id, HASH);
  pool.release([block_id]);
  expect(pool.canAllocate(2, [block_id])).toBe(true); // 2 new + 1 revived = 3
  expect(pool.canAllocate(3, [block_id])).toBe(false);
});

test("a cleared cache finds nothing and takes blocks of the same content again", () => {
  const pool = new BlockPool(2, true);
  const block_id = pool.allocate();
  pool.cache(block_id, HASH);
  pool.clearCache();
  expect(pool.find(HASH)).toBe(-1);
  const other = pool.allocate();
  pool.cache(other, HASH);
  expect(pool.find(HASH)).toBe(other);
  pool.assertInvariants(Int32Array.from([1, 1]));
});

test("without prefix caching nothing is found", () => {
  const pool = new BlockPool(1, false);
  pool.cache(pool.allocate(), HASH);
  expect(pool.find(HASH)).toBe(-1);
});

test("dropping a reference twice is a programmer error", () => {
  const pool = new BlockPool(1, true);
  const block_id = pool.allocate();
  pool.release([block_id]);
  expect(() => pool.release([block_id])).toThrow("a reference is dropped once");
});
