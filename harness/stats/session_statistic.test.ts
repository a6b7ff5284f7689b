import { expect, test } from "bun:test";
import { meanOfSessions, quantileOfSessions, ratioOfSessions } from "./session_statistic.ts";

test("samples of all sessions count alike, however long a session is", () => {
  // (1 + 2 + 3 + 10) / 4 = 4, not the mean of 2 and 10
  expect(meanOfSessions([[1, 2, 3], [10]])).toBe(4);
  // sorted 1, 2, 3, 10: rank of p50 is 1.5
  expect(
    quantileOfSessions(0.5)([
      [3, 10],
      [1, 2],
    ]),
  ).toBe(2.5);
});

test("a ratio is of sums, not a mean of ratios", () => {
  const sessions = [
    { numerator: 1, denominator: 1 },
    { numerator: 0, denominator: 3 },
  ];
  expect(ratioOfSessions(sessions)).toBe(0.25);
});

test("sessions without a sample have no value", () => {
  expect(meanOfSessions([[], []])).toBeNull();
  expect(quantileOfSessions(0.9)([])).toBeNull();
  expect(ratioOfSessions([{ numerator: 0, denominator: 0 }])).toBeNull();
});
