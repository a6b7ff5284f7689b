import { expect, test } from "bun:test";
import { Random } from "../clock/random.ts";
import { SegmentAllocator } from "../core/tier/segment_allocator.ts";
import { SlotSpace } from "./slot_space.ts";

test("room for whole objects only, and what is given back is room again", () => {
  const total = { allocated_bytes: 0, capacity_bytes: 0 };
  // 100 bytes take 128; 300 bytes hold two of them.
  const space = new SlotSpace(300, total);
  expect([space.allocate(100), space.allocate(100), space.allocate(100)]).toEqual([0, 128, null]);
  expect(total).toEqual({ allocated_bytes: 256, capacity_bytes: 300 });
  space.free(0);
  expect(total.allocated_bytes).toBe(128);
  expect(space.allocate(100)).toBe(0);
});

test("it refuses when the live allocator refuses, and counts what that counts", () => {
  const random = new Random(3);
  const total = { allocated_bytes: 0, capacity_bytes: 0 };
  const space = new SlotSpace(64 * 40 + 7, total);
  const allocator = new SegmentAllocator(64 * 40 + 7);
  const pairs: (readonly [number, number])[] = [];
  let refused = 0;
  for (let i = 0; i < 2_000; i++) {
    if (random.below(5) < 2 && pairs.length > 0) {
      const [pair] = pairs.splice(random.below(pairs.length), 1);
      space.free(pair?.[0] ?? -1);
      allocator.free(pair?.[1] ?? -1);
    } else {
      // Three units of 64 bytes: 13 fit into 40.
      const [slot, range] = [space.allocate(190), allocator.allocate(190)];
      expect(slot === null).toBe(range === null);
      if (slot === null || range === null) refused++;
      else pairs.push([slot, range]);
    }
    expect(space.allocated_bytes).toBe(allocator.allocated_bytes);
    expect(total.allocated_bytes).toBe(allocator.allocated_bytes);
  }
  expect(refused).toBeGreaterThan(0);
});

test("the largest free range is the longest run of free slots, with what nobody took yet", () => {
  const space = new SlotSpace(64 * 10, { allocated_bytes: 0, capacity_bytes: 0 });
  expect(space.largest_free_bytes).toBe(640);
  const offsets = Array.from({ length: 10 }, () => space.allocate(64) ?? -1);
  expect(space.largest_free_bytes).toBe(0);
  for (const i of [2, 3, 4, 9, 8]) space.free(offsets[i] ?? -1);
  expect(space.largest_free_bytes).toBe(3 * 64);
  space.free(offsets[7] ?? -1);
  space.free(offsets[6] ?? -1);
  // 6 to 9.
  expect(space.largest_free_bytes).toBe(4 * 64);
});
