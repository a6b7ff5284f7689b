import { expect, test } from "bun:test";
import { SegmentAllocator } from "./segment_allocator.ts";

/** An allocator whose places are told by their offsets. */
class OffsetSpace {
  readonly #space: SegmentAllocator;
  readonly #place_at = new Map<number, number>();

  constructor(segment_bytes: number, align_bytes?: number) {
    this.#space = new SegmentAllocator(segment_bytes, align_bytes);
  }

  get allocated_bytes(): number {
    return this.#space.allocated_bytes;
  }

  get largest_free_bytes(): number {
    return this.#space.largest_free_bytes;
  }

  allocate(bytes: number): number | null {
    const place = this.#space.allocate(bytes);
    if (place === null) return null;
    this.#place_at.set(this.#space.offset(place), place);
    return this.#space.offset(place);
  }

  free(offset: number): void {
    this.#space.free(this.#place_at.get(offset) ?? -1);
  }
}

test("lengths are rounded up to the alignment and accounted exactly", () => {
  const space = new OffsetSpace(1024, 64);
  expect([space.allocate(1), space.allocate(64), space.allocate(65)]).toEqual([0, 64, 128]);
  expect(space.allocated_bytes).toBe(64 + 64 + 128);
  expect(space.largest_free_bytes).toBe(1024 - 256);
  space.free(64);
  expect(space.allocated_bytes).toBe(192);
});

test("the tail that is shorter than the alignment is never handed out", () => {
  const space = new OffsetSpace(10_000, 4096);
  expect([space.allocate(4096), space.allocate(100), space.allocate(1)]).toEqual([0, 4096, null]);
  expect(new OffsetSpace(63, 64).allocate(1)).toBeNull();
  expect(new OffsetSpace(63, 64).largest_free_bytes).toBe(0);
});

test("free neighbours merge on both sides, so the whole is free again", () => {
  const space = new OffsetSpace(640, 64);
  const offsets = Array.from({ length: 10 }, () => space.allocate(64));
  expect(space.allocate(1)).toBeNull();
  for (const offset of [64, 192, 128]) space.free(offset); // the last joins its neighbours
  expect(space.largest_free_bytes).toBe(192);
  expect(space.allocate(192)).toBe(64);
  space.free(64);
  for (const offset of offsets) if (offset === null || offset < 64 || offset > 192) space.free(offset ?? -1);
  expect([space.allocated_bytes, space.largest_free_bytes, space.allocate(640)]).toEqual([0, 640, 0]);
});

test("an exact gap is reused rather than a larger one split", () => {
  const space = new OffsetSpace(64 * 100, 64);
  for (let i = 0; i < 10; i++) space.allocate(64 * 5);
  space.free(64 * 15);
  expect(space.allocate(64 * 5)).toBe(64 * 15);
});

test("a range is found when only one of many in its bin is long enough", () => {
  // Sizes 32 and 33 units share a bin. Eight gaps of 32 are freed after the one of 33 and stand before it in the list.
  const space = new OffsetSpace(64 * (33 + 8 * 33 + 1), 64);
  const wide = space.allocate(64 * 33);
  space.allocate(64);
  const narrow: number[] = [];
  for (let i = 0; i < 8; i++) {
    const offset = space.allocate(64 * 32);
    if (offset !== null) narrow.push(offset);
    space.allocate(64);
  }
  space.free(wide ?? -1);
  for (const offset of narrow) space.free(offset);
  expect(narrow.length).toBe(8);
  expect(space.allocate(64 * 33)).toBe(0);
});

test("a terabyte segment has offsets beyond 2^32 units apart", () => {
  const space = new OffsetSpace(2 ** 40, 64);
  expect(space.allocate(2 ** 39)).toBe(0);
  expect(space.allocate(2 ** 39)).toBe(2 ** 39);
  expect(space.largest_free_bytes).toBe(0);
  space.free(2 ** 39);
  expect(space.largest_free_bytes).toBe(2 ** 39);
});

test("freeing what is not allocated is a programmer's error", () => {
  const space = new SegmentAllocator(1024);
  const place = space.allocate(128) ?? -1;
  for (const wrong of [place + 1, place + 2, -1, 0.5])
    expect(() => space.free(wrong)).toThrow("was allocated");
  space.free(place);
  expect(() => space.free(place)).toThrow("not freed before");
});

test("20,000 random steps: ranges never overlap, and a refusal means that no gap is long enough", () => {
  const segment_units = 4096;
  const space = new OffsetSpace(segment_units * 64, 64);
  const owner_of_unit = new Int32Array(segment_units); // 0: free
  const live: { offset: number; units: number }[] = [];
  let state = 12_345;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % limit;
  };
  for (let step = 1; step <= 20_000; step++) {
    if (below(100) < 52) {
      const units = 1 + below(below(10) === 0 ? 400 : 40);
      const offset = space.allocate(units * 64);
      if (offset === null) {
        expect(longestGap(owner_of_unit)).toBeLessThan(units);
        continue;
      }
      const taken = owner_of_unit.subarray(offset / 64, offset / 64 + units);
      if (taken.some((owner) => owner !== 0)) throw new Error(`step ${step}: ranges overlap at ${offset}`);
      taken.fill(step);
      live.push({ offset, units });
    } else if (live.length > 0) {
      const [gone] = live.splice(below(live.length), 1);
      if (gone === undefined) continue;
      space.free(gone.offset);
      owner_of_unit.fill(0, gone.offset / 64, gone.offset / 64 + gone.units);
    }
  }
  expect(space.allocated_bytes).toBe(live.reduce((sum, { units }) => sum + units * 64, 0));
  expect(space.largest_free_bytes).toBe(longestGap(owner_of_unit) * 64);
});

function longestGap(owner_of_unit: Int32Array): number {
  let longest = 0;
  let gap = 0;
  for (const owner of owner_of_unit) {
    gap = owner === 0 ? gap + 1 : 0;
    longest = Math.max(longest, gap);
  }
  return longest;
}
