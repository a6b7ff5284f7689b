import { expect, test } from "bun:test";
import { transferFigures } from "./store_bench_figures.ts";

test("rates are bytes of all requesters over the median round, ratios divide by memcpy of one requester's bytes", () => {
  const cell = { object_bytes: 1_000, batch: 4, requesters: 2 };
  const samples = {
    memcpy_ns: [900, 1_000, 5_000],
    put_ns: [4_000, 4_000, 4_000],
    get_ns: [2_000],
    failed_keys: 1,
  };
  // memcpy: 4,000 B in 1,000 ns = 4 GB/s. put: 8,000 B in 4,000 ns = 2 GB/s. get: 8,000 B in 2,000 ns = 4 GB/s.
  expect(transferFigures(cell, samples)).toEqual({
    ...cell,
    rounds: 3,
    memcpy_bytes_per_s: 4e9,
    put_bytes_per_s: 2e9,
    get_bytes_per_s: 4e9,
    put_of_memcpy: 0.5,
    get_of_memcpy: 1,
    put_us_p50: 4,
    get_us_p50: 2,
    failed_keys: 1,
  });
});

test("a cell without a round has no figures", () => {
  const nothing = { memcpy_ns: [], put_ns: [], get_ns: [], failed_keys: 0 };
  expect(() => transferFigures({ object_bytes: 1, batch: 1, requesters: 1 }, nothing)).toThrow(
    "of something",
  );
});
