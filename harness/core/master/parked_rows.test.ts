import { expect, test } from "bun:test";
import { ParkedRows } from "./parked_rows.ts";

test("rows come out when their time has come, soonest first, each once", () => {
  const parked = new ParkedRows();
  for (let row = 0; row < 100; row++) parked.park(row, (row * 37) % 101); // times all different
  const order = Array.from({ length: 100 }, (_, row) => row).sort(
    (a, b) => ((a * 37) % 101) - ((b * 37) % 101),
  );
  const taken: number[] = [];
  for (let now_ns = 0; now_ns <= 101; now_ns++) {
    for (const row of parked.takeDue(now_ns, 10)) {
      expect((row * 37) % 101).toBe(now_ns);
      taken.push(row);
    }
  }
  expect(taken).toEqual(order);
  expect(parked.size).toBe(0);
});

test("many that are due together come out a bounded number at a time", () => {
  const parked = new ParkedRows();
  for (const row of [1, 2, 3]) parked.park(row, 5);
  expect(parked.takeDue(4, 2)).toEqual([]);
  expect(parked.takeDue(5, 2)).toHaveLength(2);
  expect(parked.takeDue(5, 2)).toHaveLength(1);
});

test("a row that was forgotten does not come out, and one parked again does at its new time", () => {
  const parked = new ParkedRows();
  parked.park(1, 10);
  parked.park(2, 10);
  parked.forget(1);
  parked.forget(2);
  parked.park(2, 20);
  expect(parked.takeDue(10, 9)).toEqual([]);
  expect(parked.has(2)).toBe(true);
  expect(parked.takeDue(20, 9)).toEqual([2]);
});
