import { expect, test } from "bun:test";
import { transferFigures } from "./store_bench_figures.ts";

test("rates are bytes of all requesters over the median round, ratios divide by the limit for one requester's bytes", () => {
  const cell = { object_bytes: 1_000, batch: 4, requesters: 2 };
  const samples = {
    put_limit_ns: [900, 1_000, 5_000],
    get_limit_ns: [1_000],
    put_ns: [4_000, 4_000, 4_000],
    get_ns: [2_000],
    failed_keys: 1,
  };
  // limit: 4,000 B in 1,000 ns = 4 GB/s. put: 8,000 B in 4,000 ns = 2 GB/s. get: 8,000 B in 2,000 ns = 4 GB/s.
  expect(transferFigures(cell, samples)).toEqual({
    ...cell,
    rounds: 3,
    put_limit_bytes_per_s: 4e9,
    get_limit_bytes_per_s: 4e9,
    put_bytes_per_s: 2e9,
    get_bytes_per_s: 4e9,
    put_of_limit: 0.5,
    get_of_limit: 1,
    put_us_p50: 4,
    get_us_p50: 2,
    failed_keys: 1,
  });
});

test("a cell without a round has no figures", () => {
  const nothing = { put_limit_ns: [], get_limit_ns: [], put_ns: [], get_ns: [], failed_keys: 0 };
  expect(() => transferFigures({ object_bytes: 1, batch: 1, requesters: 1 }, nothing)).toThrow(
    "of something",
  );
});

test("where the limit is not known there is no ratio", () => {
  const samples = { put_limit_ns: [], get_limit_ns: [], put_ns: [10], get_ns: [10], failed_keys: 0 };
  const figures = transferFigures({ object_bytes: 100, batch: 1, requesters: 1 }, samples);
  // 100 B in 10 ns = 10 GB/s.
  expect(figures).toMatchObject({ put_bytes_per_s: 1e10, put_limit_bytes_per_s: null, put_of_limit: null });
});
