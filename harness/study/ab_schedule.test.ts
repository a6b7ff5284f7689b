import { expect, test } from "bun:test";
import { pairSeed, scheduleRuns } from "./ab_schedule.ts";

function orders(arm_count: number, pairs: number): string[] {
  const runs = scheduleRuns(arm_count, pairs, 1);
  return Array.from({ length: pairs }, (_, pair) =>
    runs
      .filter((run) => run.pair_index === pair)
      .map((run) => "ABCDEF"[run.arm_index])
      .join(""),
  );
}

test("two arms alternate: AB BA AB BA", () => {
  expect(orders(2, 4)).toEqual(["AB", "BA", "AB", "BA"]);
});

test("one arm runs once per pair", () => {
  expect(orders(1, 3)).toEqual(["A", "A", "A"]);
});

test.each([
  [3, 6],
  [4, 4],
  [5, 10],
])(
  "%d arms over %d pairs: every arm is equally often in every place and behind every other arm",
  (k, pairs) => {
    const rows = orders(k, pairs);
    const places = new Map<string, number>();
    const successions = new Map<string, number>();
    for (const row of rows) {
      for (const [i, arm] of [...row].entries()) {
        places.set(`${arm}${i}`, (places.get(`${arm}${i}`) ?? 0) + 1);
        if (i > 0) successions.set(`${row[i - 1]}${arm}`, (successions.get(`${row[i - 1]}${arm}`) ?? 0) + 1);
      }
    }
    expect(places.size).toBe(k * k);
    expect(new Set(places.values()).size).toBe(1);
    expect(successions.size).toBe(k * (k - 1)); // ordered pairs of different arms
    expect(new Set(successions.values()).size).toBe(1);
  },
);

test("three arms are balanced over places after three pairs already", () => {
  expect(orders(3, 3)).toEqual(["ABC", "BCA", "CAB"]);
});

test("all arms of a pair share a seed, pairs differ, and more pairs change no earlier one", () => {
  const short = scheduleRuns(2, 2, 7);
  const long = scheduleRuns(2, 5, 7);
  expect(long.slice(0, 4)).toEqual(short);
  expect(new Set(long.map((run) => run.seed)).size).toBe(5);
  expect(long.every((run) => run.seed === pairSeed(7, run.pair_index))).toBe(true);
  expect(pairSeed(8, 0)).not.toBe(pairSeed(7, 0));
});
