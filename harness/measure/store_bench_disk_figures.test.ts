import { expect, test } from "bun:test";
import { diskFigures } from "./store_bench_disk_figures.ts";

const CELL = { block_bytes: 1 << 20, queue_depth: 8 };

test("rates are medians of turns, and the ratio is the median of the turns' ratios to fio before and after", () => {
  const turn = (before: number, spent_s: number, after: number) => ({
    fio_before_bytes_per_s: before,
    spent_ns: spent_s * 1e9,
    fio_after_bytes_per_s: after,
  });
  const turns = [turn(40, 2, 40), turn(80, 1, 84), turn(20, 4, 30)];
  // 100 bytes in 2, 1, 4 s: 50, 100, 25 bytes/s. fio: 40, 82, 25. Ratios: 1.25, 1.22, 1. From 20 to 30 fio did not hold still.
  const figures = diskFigures(CELL, 100, { direction: "read", turns, failed_ops: 0 });
  expect(figures).toMatchObject({ bytes_per_s: 50, fio_bytes_per_s: 40, turns: 3, steady_turns: 2 });
  expect(figures.of_fio?.median).toBeCloseTo(100 / 82, 12);
});

test("without fio there is no ratio", () => {
  const turns = [{ fio_before_bytes_per_s: null, spent_ns: 1e9, fio_after_bytes_per_s: null }];
  const figures = diskFigures(CELL, 100, { direction: "write", turns, failed_ops: 1 });
  expect(figures).toMatchObject({ bytes_per_s: 100, fio_bytes_per_s: null, of_fio: null, failed_ops: 1 });
});
