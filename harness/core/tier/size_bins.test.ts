import { expect, test } from "bun:test";
import { BIN_COUNT, BinMap, binOf } from "./size_bins.ts";

test("bins grow with the size and are exact below 32 units", () => {
  expect(Array.from({ length: 32 }, (_, units) => binOf(units))).toEqual(
    Array.from({ length: 32 }, (_, units) => units),
  );
  expect([binOf(32), binOf(33), binOf(34)]).toEqual([32, 32, 33]); // steps of 2 from 32 on
  const sizes = [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 33, 2 ** 40];
  const bins = sizes.map(binOf);
  expect(bins).toEqual([...bins].sort((a, b) => a - b));
  expect(new Set(bins.slice(0, 2)).size).toBe(2);
  expect(Math.max(...bins)).toBeLessThan(BIN_COUNT);
});

test("the map finds the next and the last marked bin across words", () => {
  const map = new BinMap();
  expect([map.firstFrom(0), map.last()]).toEqual([-1, -1]);
  for (const bin of [3, 31, 32, 200]) map.mark(bin);
  expect([map.firstFrom(0), map.firstFrom(4), map.firstFrom(32), map.firstFrom(33)]).toEqual([
    3, 31, 32, 200,
  ]);
  expect([map.firstFrom(201), map.last()]).toEqual([-1, 200]);
  map.clear(200);
  expect(map.last()).toBe(32);
});
