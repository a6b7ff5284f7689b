import { expect, test } from "bun:test";
import { present } from "../../domain/assert.ts";
import { LeaseHeap } from "./lease_heap.ts";

test("entry 0 goes before all others by lease end, then by sequence, whichever entries are dropped", () => {
  const heap = new LeaseHeap();
  const wanted: { lease_ns: number; sequence: number; row: number }[] = [];
  for (let i = 0; i < 500; i++) {
    const entry = { lease_ns: (i * 7919) % 101, sequence: i, row: 1000 + i }; // five entries to a lease end
    heap.push(entry.row, entry.lease_ns, entry.sequence);
    wanted.push(entry);
  }
  wanted.sort((a, b) => a.lease_ns - b.lease_ns || a.sequence - b.sequence);
  for (let i = 0; wanted.length > 0; i++) {
    const at = i % 2 === 0 ? 0 : (i * 37) % heap.length; // the first, and one from the middle
    const row = heap.row(at);
    const first = { lease_ns: heap.leaseNs(0), sequence: heap.sequence(0), row: heap.row(0) };
    expect(first).toEqual(present(wanted[0], "as many entries as in the heap"));
    heap.drop(at);
    wanted.splice(
      wanted.findIndex((entry) => entry.row === row),
      1,
    );
  }
  expect(heap.length).toBe(0);
});

test("something is ahead of an entry that ends later, or as soon with a higher sequence", () => {
  const heap = new LeaseHeap();
  expect(heap.isAheadOf(10, 10)).toBe(false);
  heap.push(1, 5, 7);
  expect([heap.isAheadOf(6, 0), heap.isAheadOf(5, 8), heap.isAheadOf(5, 6), heap.isAheadOf(4, 9)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
