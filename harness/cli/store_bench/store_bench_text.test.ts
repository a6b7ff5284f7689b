import { expect, test } from "bun:test";
import { KIB, MIB } from "../../domain/units.ts";
import type { StoreBenchResult, TransferFigures } from "../../measure/store_bench_figures.ts";
import { renderStoreBench } from "./store_bench_text.ts";

const ROW: TransferFigures = {
  object_bytes: 64 * KIB,
  batch: 8,
  requesters: 2,
  turns: 12,
  steady_turns: 9,
  put_limit_bytes_per_s: 2e9,
  get_limit_bytes_per_s: 2e9,
  one_thread_bytes_per_s: 1e9,
  put_bytes_per_s: 1e9,
  get_bytes_per_s: 1.5e9,
  put_of_limit: { median: 0.5, quartile_low: 0.4, quartile_high: 0.6 },
  get_of_limit: { median: 0.75, quartile_low: 0.7, quartile_high: 0.8 },
  put_us_p50: 1000,
  get_us_p50: 700,
  failed_keys: 0,
};

const RESULT: StoreBenchResult = {
  schema_version: 3,
  path: { path: "shm", why: "the segment is on this host", limit: "memcpy" },
  host: { cpu: "cpu", cpus: 2, kernel: "6", bun: "1" },
  copy_threads: 2,
  transfers: [ROW],
  skipped: [],
  master: {
    resident_keys: 1,
    batch_exist_keys_per_s: 1,
    exist_per_s: 1,
    exist_us_p50: 1,
    socket_echo_us_p50: 1,
    socket_echo_one_cpu_us_p50: null,
    exist_of_echo: 1,
  },
  compared: null,
};

test("a row has its ratios, its rates and how many of its turns were steady", () => {
  expect(renderStoreBench(RESULT)).toContain(
    "| 64.0 KiB | 8 | 2 | 0.50 | 0.75 | 1.00 | 1.50 | 2.00 | 1.00 | 1000.0 | 700.0 | 9 of 12 | 0 |\n",
  );
  expect(renderStoreBench(RESULT)).not.toContain("~");
});

test("ratios of fewer than nine steady turns are marked, and the rows are counted", () => {
  const noisy = { ...ROW, steady_turns: 8 };
  const text = renderStoreBench({ ...RESULT, transfers: [ROW, noisy] });
  expect(text).toContain("| ~0.50 | ~0.75 |");
  expect(text).toContain("~ In 1 of 2 rows fewer than 9 turns were steady");
});

test("what is not known is n/a", () => {
  const unknown = { put_limit_bytes_per_s: null, one_thread_bytes_per_s: null, put_of_limit: null };
  const text = renderStoreBench({ ...RESULT, transfers: [{ ...ROW, ...unknown }] });
  expect(text).toContain("| 64.0 KiB | 8 | 2 | n/a | 0.75 | 1.00 | 1.50 | n/a | n/a |");
});

test("cells that were not measured stand by their reason, a batch with all its requesters", () => {
  const large = { object_bytes: 4 * MIB, batch: 128, reason: "more than a requester's memory" };
  const skipped = [
    { ...large, requesters: 1 },
    { ...large, requesters: 2 },
    { object_bytes: 16 * MIB, batch: 8, requesters: 8, reason: "more than the segment" },
  ];
  const text = renderStoreBench({ ...RESULT, skipped });
  expect(text).toContain("Not measured (more than a requester's memory): 4.0 MiB × 128 by 1, 2.\n");
  expect(text).toContain("Not measured (more than the segment): 16.0 MiB × 8 by 8.\n");
});
