import { expect, test } from "bun:test";
import type { BlockHash } from "../../domain/block_hash.ts";
import { streamToken } from "../../domain/prompt_tokens.ts";
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

test("whatever is taken, cached, hit and dropped, a pool is what a list of free blocks and a map of contents say", () => {
  let draws = 0;
  const below = (limit: number): number => streamToken(5, draws++) % limit;
  // Half of the hashes differ in their upper bits only: they meet in the index.
  const hashes = Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? i * 2 ** 32 : below(2 ** 31)));
  const pool = new BlockPool(16, true);
  const free = Array.from({ length: 16 }, (_, block_id) => block_id);
  const references = new Int32Array(16);
  const contents = new Map<number, number>();
  const holders = (hash: number): number[] => [...contents.keys()].filter((id) => contents.get(id) === hash);
  for (let i = 0; i < 20_000; i++) {
    const hash = hashes[below(hashes.length)] as BlockHash;
    const found = pool.find(hash);
    if (found === -1) expect(holders(hash)).toEqual([]);
    else expect(contents.get(found)).toBe(hash);
    if (found !== -1 && below(2) === 0) {
      pool.reference(found);
      if (references[found] === 0) free.splice(free.indexOf(found), 1);
      references[found] = (references[found] as number) + 1;
    } else if (free.length > 0 && below(2) === 0) {
      const block_id = pool.allocate();
      expect(block_id).toBe(free.shift() as number);
      contents.delete(block_id);
      references[block_id] = 1;
      if (below(4) === 0) continue;
      pool.cache(block_id, hash);
      contents.set(block_id, hash);
    } else {
      const held = below(16);
      if (references[held] === 0) continue;
      pool.release([held]);
      references[held] = (references[held] as number) - 1;
      if (references[held] === 0) free.push(held);
    }
    if (i % 100 === 0) pool.assertInvariants(references);
    if (i % 5_000 === 4_999) {
      pool.clearCache();
      contents.clear();
    }
  }
  expect(pool.cached_hashes).toBe(new Set(contents.values()).size);
});
