import { expect, test } from "bun:test";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import { LeaseHeap } from "./lease_heap.ts";
import { newObject, type StoredObject } from "./stored_object.ts";

function objectNumber(sequence: number, lease_ns: number): StoredObject {
  const put = { key: `k${sequence}`, bytes: 1 };
  const object = newObject(put, "writer", DEFAULT_REPLICATE_CONFIG, [], sequence, 0);
  object.lease_ns = lease_ns;
  return object;
}

function drain(heap: LeaseHeap, now_ns: number): string[] {
  heap.beginCycle();
  const keys: string[] = [];
  for (let o = heap.takeExpired(now_ns); o !== undefined; o = heap.takeExpired(now_ns)) keys.push(o.key);
  return keys;
}

test("objects come out by lease end, then by order of put, and not before their lease ends", () => {
  const heap = new LeaseHeap("normal");
  for (const [sequence, lease_ns] of [30, 10, 20, 10].entries()) heap.add(objectNumber(sequence, lease_ns));
  expect(drain(heap, 20)).toEqual(["k1", "k3", "k2"]);
  expect(heap.size).toBe(1);
  expect(drain(heap, 30)).toEqual(["k0"]);
});

test("a lease renewed after the push counts", () => {
  const heap = new LeaseHeap("normal");
  const [first, second] = [objectNumber(0, 10), objectNumber(1, 20)];
  heap.add(first);
  heap.add(second);
  first.lease_ns = 30;
  expect(drain(heap, 25)).toEqual(["k1"]);
  expect(drain(heap, 30)).toEqual(["k0"]);
});

test("a removed object does not come out; added again, it comes out once", () => {
  const heap = new LeaseHeap("normal");
  const object = objectNumber(0, 10);
  heap.add(object);
  heap.remove(object);
  expect(heap.size).toBe(0);
  heap.add(object);
  expect(drain(heap, 10)).toEqual(["k0"]);
  heap.add(object);
  heap.remove(object);
  expect(drain(heap, 10)).toEqual([]);
});

test("dead entries are swept out and the order of the living stays", () => {
  const heap = new LeaseHeap("normal");
  const objects = Array.from({ length: 3000 }, (_, i) => objectNumber(i, 3000 - i));
  for (const object of objects) heap.add(object);
  for (const object of objects.slice(3)) heap.remove(object); // 2997 dead against 3 living
  expect(objects.slice(3).filter(({ heap_bits }) => heap_bits === 0).length).toBeGreaterThan(1000);
  expect(drain(heap, 3000)).toEqual(["k2", "k1", "k0"]);
});

test("a cycle corrects a bounded number of renewed leases, and the next one goes on", () => {
  const heap = new LeaseHeap("normal");
  const renewed = Array.from({ length: 20_000 }, (_, i) => objectNumber(i, 10));
  for (const object of renewed) heap.add(object);
  heap.add(objectNumber(20_000, 15));
  for (const object of renewed) object.lease_ns = 100;
  expect(drain(heap, 50)).toEqual([]); // 16,384 of the 20,000 corrected
  expect(heap.is_exhausted).toBe(true);
  expect(drain(heap, 50)).toEqual(["k20000"]);
  expect(heap.is_exhausted).toBe(false);
});
