import { expect, test } from "bun:test";
import { diskFigures } from "./store_bench_disk_figures.ts";

const CELL = { block_bytes: 1 << 20, queue_depth: 8 };

test("rates are medians of rounds, and the ratio is of the medians", () => {
  // 100 bytes in 2, 1, 4 s: the median of 2 s gives 50 bytes/s; fio's median is 40: 1.25.
  const samples = { spent_ns: [2e9, 1e9, 4e9], fio_bytes_per_s: [40, 10, 90], failed_ops: 0 };
  const figures = diskFigures(CELL, 100, { direction: "read", ...samples });
  expect(figures).toMatchObject({ bytes_per_s: 50, fio_bytes_per_s: 40, of_fio: 1.25, direction: "read" });
});

test("without fio there is no ratio", () => {
  const samples = { spent_ns: [1e9], fio_bytes_per_s: [], failed_ops: 1 };
  const figures = diskFigures(CELL, 100, { direction: "write", ...samples });
  expect(figures).toMatchObject({ bytes_per_s: 100, fio_bytes_per_s: null, of_fio: null, failed_ops: 1 });
});
