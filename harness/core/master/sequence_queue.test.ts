import { expect, test } from "bun:test";
import { NO_ROW } from "./object_row.ts";
import { SequenceQueue } from "./sequence_queue.ts";

function drain(queue: SequenceQueue): number[] {
  const rows: number[] = [];
  for (let row = queue.first(); row !== NO_ROW; row = queue.first()) {
    rows.push(row);
    queue.shift();
  }
  return rows;
}

test("rows come out in the order of their sequences, over the gaps", () => {
  const queue = new SequenceQueue();
  expect(queue.first()).toBe(NO_ROW);
  for (const [row, sequence] of [
    [7, 20_000],
    [3, 5],
    [0, 60_000],
    [9, 6],
  ] as const) {
    expect(queue.add(row, sequence)).toBe(true);
  }
  expect(queue.size).toBe(4);
  expect(drain(queue)).toEqual([3, 9, 7, 0]);
  expect(queue.size).toBe(0);
});

test("a sequence before one that has gone is refused, one after it is not", () => {
  const queue = new SequenceQueue();
  queue.add(1, 10);
  queue.add(2, 20);
  queue.first();
  queue.shift();
  expect([queue.add(3, 10), queue.add(3, 9), queue.add(3, 11)]).toEqual([false, false, true]);
  expect([queue.first(), queue.first_sequence]).toEqual([3, 11]);
  expect(drain(queue)).toEqual([3, 2]);
});

test("a sequence far beyond the others is refused, and is where an empty queue goes on", () => {
  const queue = new SequenceQueue();
  queue.add(1, 0);
  expect(queue.add(2, 65_536 + 4 - 1)).toBe(true); // four slots a row and 65,536
  expect(queue.add(3, 1e12)).toBe(false);
  expect(drain(queue)).toEqual([1, 2]);
  expect(queue.add(3, 1e12)).toBe(true);
  expect(queue.add(4, 1e12 + 1)).toBe(true);
  expect(drain(queue)).toEqual([3, 4]);
});
