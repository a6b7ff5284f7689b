import { expect, test } from "bun:test";
import { Random } from "../../harness/clock/random.ts";
import { EventHeap } from "./event_heap.ts";

test("the earliest comes first, and of equal times what was pushed first", () => {
  const heap = new EventHeap<number>();
  const random = new Random(1);
  const times = Array.from({ length: 200 }, () => random.below(20));
  times.forEach((time, i) => {
    heap.push(time, i);
  });
  const order = Array.from({ length: 200 }, () => heap.pop() ?? -1);
  const expected = [...times.keys()].sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  expect(order).toEqual(expected);
  expect([heap.size, heap.first, heap.pop()]).toEqual([0, undefined, undefined]);
});
