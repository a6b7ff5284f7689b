import { expect, test } from "bun:test";
import { type BootstrapOptions, bootstrapContrasts, type Contrast } from "./contrast_bootstrap.ts";
import { meanOfSessions } from "./session_statistic.ts";
import { testSource } from "./test_source.ts";

const options = (over: Partial<BootstrapOptions> = {}): BootstrapOptions => ({
  ...{ levels: "pairs_and_sessions", unit: "percent", resamples: 200, random: testSource(1) },
  ...over,
});

/** Cell 0 against cell `at`. */
function against(at: number): Contrast {
  return (values) => ({ baseline: Number(values[0]), candidate: Number(values[at]) });
}

test("each contrast has its interval, in the order asked for", () => {
  // Three cells: every session takes twice as long in the second and half as long in the third: +100 %, −50 %.
  const block = [10, 20, 60].map((ms) => [[ms], [2 * ms], [ms / 2]]);
  const [twice, half] = bootstrapContrasts(
    [block, block],
    meanOfSessions,
    [against(1), against(2)],
    options(),
  );
  expect(twice?.lo).toBeCloseTo(100, 9);
  expect(twice?.hi).toBeCloseTo(100, 9);
  expect(half?.se).toBeCloseTo(0, 9);
  expect(half?.lo).toBeCloseTo(-50, 9);
});

test("a contrast is of the means over blocks, so that a long block weighs more in percent", () => {
  // Block means 100 → 110 and 300 → 300: (110 + 300) / (100 + 300) = +2.5 %, not the mean of +10 % and 0 %.
  const blocks = [[[[100], [110]]], [[[300], [300]]]];
  const [change] = bootstrapContrasts(blocks, meanOfSessions, [against(1)], options({ levels: "sessions" }));
  expect(change?.lo).toBeCloseTo(2.5, 9);
  expect(change?.hi).toBeCloseTo(2.5, 9);
});

test("a baseline of zero has no percentage, and other contrasts of the same draws have theirs", () => {
  const block = [[[0], [5], [10]]];
  const fromSecond: Contrast = (values) => ({ baseline: Number(values[1]), candidate: Number(values[2]) });
  const [none, some] = bootstrapContrasts([block], meanOfSessions, [against(1), fromSecond], options());
  expect(none).toBeNull();
  expect(some?.lo).toBeCloseTo(100, 9);
});

test("too few resamples, or a block without sessions, are refused", () => {
  const block = [[[1], [2]]];
  expect(() => bootstrapContrasts([block], meanOfSessions, [], options({ resamples: 39 }))).toThrow("40");
  expect(() => bootstrapContrasts([[]], meanOfSessions, [], options())).toThrow("every block has sessions");
});
