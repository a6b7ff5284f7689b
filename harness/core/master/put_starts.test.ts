import { expect, test } from "bun:test";
import { NO_ROW } from "./object_row.ts";
import { NO_START, PutStarts } from "./put_starts.ts";

/** Takes all out, oldest first. */
function drain(starts: PutStarts, places: ReadonlyMap<number, number>): number[] {
  const rows: number[] = [];
  for (let row = starts.oldest; row !== NO_ROW; row = starts.oldest) {
    rows.push(row);
    starts.remove(places.get(row) ?? NO_START);
  }
  return rows;
}

test("the oldest goes first, whichever went before", () => {
  const starts = new PutStarts();
  const places = new Map([7, 3, 9, 5].map((row, i) => [row, starts.add(row, 10 * i)]));
  expect([...places.values()]).not.toContain(NO_START);
  for (const ended of [3, 7]) starts.remove(places.get(ended) ?? NO_START);
  expect(starts.oldest).toBe(9);
  expect(starts.startNs(places.get(9) ?? NO_START)).toBe(20);
  expect(drain(starts, places)).toEqual([9, 5]);
});

test("a place is used again, at the end of the list", () => {
  const starts = new PutStarts();
  const places = new Map([1, 2, 3].map((row) => [row, starts.add(row, row)]));
  starts.remove(places.get(2) ?? NO_START);
  places.set(4, starts.add(4, 4));
  expect(places.get(4)).toBe(places.get(2));
  expect(drain(starts, places)).toEqual([1, 3, 4]);
  expect(starts.oldest).toBe(NO_ROW);
});
