import { expect, test } from "bun:test";
import { guestReport } from "./guest_report.ts";

const BENCH = {
  exit_code: 3,
  requests: 12,
  errors: 0,
  store_hit_tokens: 640,
  balanced: true,
  stale_reads: 0,
  corrupt_reads: 0,
  paths: ["verbs;ofi_rxm on rxe0"],
};
const FIGURES = {
  failed_ops: 0,
  corrupt_pieces: 0,
  put_bytes_per_s: [50],
  get_bytes_per_s: [90],
  ib_write_bytes_per_s: [100],
  ib_read_bytes_per_s: [100],
};

function consoleOf(lines: readonly string[]): string {
  return [...lines, ""].join("\n");
}

const GOOD = [
  "rdma_vm: up",
  "(pass) a path > moves bytes [12.00ms]",
  "rdma_vm: verbs_contract.ts 0",
  "(pass) a fault > is told [1.00ms]",
  "rdma_vm: verbs_faults.ts 0",
  "rdma_vm: verbs_store.ts 0",
  `rdma_vm: figures ${JSON.stringify(FIGURES)}`,
  `rdma_vm: bench ${JSON.stringify(BENCH)}`,
  "rdma_vm: exit 0",
];

test("a console on which everything passed has no problems", () => {
  const report = guestReport(consoleOf(GOOD), null);
  expect(report.problems).toEqual([]);
  expect(report.tests.passed).toBe(2);
});

test("on an empty console every suite, the measurement and the bench are missing", () => {
  expect(guestReport("", null).problems).toEqual([
    "verbs_contract.ts did not end",
    "verbs_faults.ts did not end",
    "verbs_store.ts did not end",
    "no test passed",
    "the measurement gave no figures",
    "the bench gave no summary",
  ]);
});

test("failed tests are named", () => {
  const failed = GOOD.map((line) =>
    line.replace("verbs_faults.ts 0", "verbs_faults.ts 1").replace("(pass) a fault", "(fail) a fault"),
  );
  expect(guestReport(consoleOf(failed), null).problems).toEqual([
    "verbs_faults.ts failed",
    "failed: a fault > is told",
  ]);
});

test("a path slower than a bound that was asked for is a problem", () => {
  expect(guestReport(consoleOf(GOOD), 0.8).problems).toEqual([
    "put reaches 0.50 × of the device, wanted 0.8 ×",
  ]);
});

test("a bench that read a wrong byte, or took another path, is a problem; one that was slow is not", () => {
  const bad = { ...BENCH, corrupt_reads: 1, paths: ["tcp on lo"] };
  const lines = GOOD.map((line) =>
    line.includes(": bench") ? `rdma_vm: bench ${JSON.stringify(bad)}` : line,
  );
  expect(guestReport(consoleOf(lines), null).problems).toEqual([
    "bench: 0 stale and 1 corrupt reads",
    "bench: paths: tcp on lo",
  ]);
});
