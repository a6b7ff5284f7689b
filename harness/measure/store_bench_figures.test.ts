import { expect, test } from "bun:test";
import { isSteady, type TransferTurn, transferFigures } from "./store_bench_figures.ts";

const CELL = { object_bytes: 1_000, batch: 4, requesters: 2 };

/** A turn with one put and one get between two looks at a limit that is the same both ways. */
function turn(before_ns: number, put_ns: number, get_ns: number, after_ns: number): TransferTurn {
  const limit = (ns: number) => ({ put_ns: ns, get_ns: ns });
  return { before: limit(before_ns), put_ns: [put_ns], get_ns: [get_ns], after: limit(after_ns) };
}

function figuresOf(turns: readonly TransferTurn[]) {
  return transferFigures(CELL, { turns, one_thread_ns: [], failed_keys: 0 });
}

test("rates are bytes of all requesters over the median round, and a ratio is the median of the turns' ratios", () => {
  const turns = [
    turn(900, 2_000, 1_000, 900),
    turn(1_000, 4_000, 2_000, 1_000),
    turn(1_000, 4_000, 1_000, 1_000),
  ];
  // 8,000 B a round. put: median of 2,000, 4,000, 4,000 ns = 2 GB/s. get: of 1,000, 2,000, 1,000 ns = 8 GB/s. limit: 1,000 ns = 8 GB/s.
  // put ÷ limit: 900/2,000, 1,000/4,000, 1,000/4,000 = 0.45, 0.25, 0.25. get ÷ limit: 0.9, 0.5, 1.
  expect(transferFigures(CELL, { turns, one_thread_ns: [2_000], failed_keys: 1 })).toEqual({
    ...CELL,
    turns: 3,
    steady_turns: 3,
    put_limit_bytes_per_s: 8e9,
    get_limit_bytes_per_s: 8e9,
    one_thread_bytes_per_s: 4e9,
    put_bytes_per_s: 2e9,
    get_bytes_per_s: 8e9,
    put_of_limit: { median: 0.25, quartile_low: 0.25, quartile_high: 0.35 },
    get_of_limit: { median: 0.9, quartile_low: 0.7, quartile_high: 0.95 },
    put_us_p50: 4,
    get_us_p50: 1,
    failed_keys: 1,
  });
});

test("a turn is steady when the limit changed by no more than a tenth from before to after", () => {
  expect(isSteady(turn(1_000, 1, 1, 1_100))).toBe(true);
  expect(isSteady(turn(1_100, 1, 1, 1_000))).toBe(true);
  expect(isSteady(turn(1_000, 1, 1, 1_101))).toBe(false);
});

test("with nine steady turns the others are left out, with eight all count", () => {
  const steady = turn(1_000, 2_000, 2_000, 1_000);
  const disturbed = turn(1_000, 8_000, 8_000, 3_000);
  const nine = figuresOf([...Array(9).fill(steady), ...Array(20).fill(disturbed)]);
  expect(nine).toMatchObject({ turns: 29, steady_turns: 9, put_us_p50: 2 });
  expect(nine.put_of_limit?.median).toBe(0.5);
  // The limit of a disturbed turn is (1,000 + 3,000) / 2 = 2,000 ns: 2,000/8,000 = 0.25.
  const eight = figuresOf([...Array(8).fill(steady), ...Array(20).fill(disturbed)]);
  expect(eight).toMatchObject({ turns: 28, steady_turns: 8, put_us_p50: 8 });
  expect(eight.put_of_limit?.median).toBe(0.25);
});

test("a cell without a turn has no figures", () => {
  expect(() => figuresOf([])).toThrow("of something");
});

test("where the limit is not known there is no ratio", () => {
  const figures = figuresOf([{ before: null, put_ns: [800], get_ns: [800], after: null }]);
  // 8,000 B in 800 ns = 10 GB/s.
  expect(figures).toMatchObject({ put_bytes_per_s: 1e10, put_limit_bytes_per_s: null, put_of_limit: null });
});
