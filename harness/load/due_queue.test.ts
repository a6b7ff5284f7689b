import { expect, test } from "bun:test";
import { DueQueue } from "./due_queue.ts";

test("what is due is taken by time, equal times in the order of adding, and nothing before its time", () => {
  const queue = new DueQueue<{ id: string; intended_ns: number }>();
  for (const [id, intended_ns] of [
    ["b", 20],
    ["c", 30],
    ["a", 10],
    ["b2", 20],
  ] as const)
    queue.add({ id, intended_ns });
  expect([queue.length, queue.next_ns, queue.last_ns]).toEqual([4, 10, 30]);
  expect(queue.takeDue(9)).toBeNull();
  expect([queue.takeDue(25)?.id, queue.takeDue(25)?.id, queue.takeDue(25)?.id]).toEqual(["a", "b", "b2"]);
  expect(queue.takeDue(25)).toBeNull();
  expect(queue.takeAll().map(({ id }) => id)).toEqual(["c"]);
  expect([queue.length, queue.next_ns, queue.last_ns]).toEqual([
    0,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
});
