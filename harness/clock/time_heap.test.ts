import { expect, test } from "bun:test";
import { Random } from "./random.ts";
import { TimeHeap } from "./time_heap.ts";

test("entries come in the order of (time, order), whatever is pushed and popped in between", () => {
  const random = new Random(11);
  const heap = new TimeHeap();
  const pending: [time_ns: number, order: number, value: number][] = [];
  for (let i = 0; i < 5_000; i++) {
    const entry: [number, number, number] = [random.below(50), random.below(2 ** 40) * 5_000 + i, i];
    pending.push(entry);
    heap.push(...entry);
    if (random.below(3) > 0) continue;
    pending.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const first = pending.shift();
    expect(first).toEqual([heap.first_time_ns, heap.first_order, heap.first_value]);
    expect(heap.pop()).toBe(Number(first?.[2]));
    expect(heap.length).toBe(pending.length);
  }
  expect(heap.length).toBeGreaterThan(2_000);
});

test("a time that is no whole number, and taking from an empty heap, are mistakes", () => {
  const heap = new TimeHeap();
  expect(() => heap.push(0.5, 0, 0)).toThrow("whole number of ns");
  expect(() => heap.pop()).toThrow("an entry is there to be taken");
});
