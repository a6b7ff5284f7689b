// What the VM runs, and what its console says about it.

import { join } from "node:path";
import type { FabricFigures } from "../../native/ffi/bench_fabric.ts";

export interface GuestFigures extends FabricFigures {
  readonly ib_write_bytes_per_s: number;
  readonly ib_read_bytes_per_s: number;
  readonly put_of_device: number;
  readonly get_of_device: number;
}

/** The bench of guest_run.ts. */
export interface GuestBench {
  readonly exit_code: number;
  readonly requests: number;
  readonly errors: number;
  /** Served from the store's memory and disk. */
  readonly store_hit_tokens: number;
  readonly balanced: boolean;
  readonly stale_reads: number;
  readonly corrupt_reads: number;
  /** What its processes say of the way to other nodes. */
  readonly paths: readonly string[];
}

export interface GuestReport {
  /** Soft-RoCE was there and the script began. */
  readonly came_up: boolean;
  readonly passed: number;
  readonly figures: GuestFigures | null;
  readonly bench: GuestBench | null;
  /** Empty when all is well. */
  readonly problems: readonly string[];
}

const ROOT = join(import.meta.dir, "..", "..");
const SUITES = ["verbs_contract.ts", "verbs_faults.ts", "verbs_store.ts"];
/** A transfer path that is worth having uses most of its device. */
const LEAST_OF_DEVICE = 0.8;

/** Runs in the VM as root; the exit code of each step is on the console. */
export function guestScript(): string {
  const bun = `NO_COLOR=1 ${process.execPath}`;
  const suites = SUITES.map(
    (suite) =>
      `${bun} test --timeout 60000 ./scripts/rdma_vm/${suite} 2>&1; status=$?; echo "rdma_vm: ${suite} $status"; [ $status = 0 ] || failed=1`,
  );
  return [
    `cd ${ROOT}`,
    "failed=0",
    ...suites,
    `${bun} ./scripts/rdma_vm/guest_bench.ts 2>&1 || failed=1`,
    `${bun} ./scripts/rdma_vm/guest_run.ts 2>&1 || failed=1`,
    "exit $failed",
  ].join("\n");
}

export function guestReport(console_text: string): GuestReport {
  const problems: string[] = [];
  for (const suite of SUITES) {
    const status = new RegExp(`^rdma_vm: ${suite} (\\d+)`, "m").exec(console_text)?.[1];
    if (status !== "0") problems.push(`${suite} ${status === undefined ? "did not end" : "failed"}`);
  }
  for (const [, name] of console_text.matchAll(/^\(fail\) (.*) \[/gm)) problems.push(`failed: ${name}`);
  const passed = [...console_text.matchAll(/^\(pass\) /gm)].length;
  if (passed === 0) problems.push("no test passed");
  const figures = lineOf<GuestFigures>(console_text, "figures");
  const bench = lineOf<GuestBench>(console_text, "bench");
  return {
    came_up: /^rdma_vm: up$/m.test(console_text),
    passed,
    figures,
    bench,
    problems: [...problems, ...figureProblems(figures), ...benchProblems(bench)],
  };
}

function lineOf<T>(console_text: string, what: string): T | null {
  const line = new RegExp(`^rdma_vm: ${what} (\\{.*\\})$`, "m").exec(console_text)?.[1];
  return line === undefined ? null : JSON.parse(line);
}

/** An emulated machine is too slow for a valid measurement (exit 3); its bytes must be right all the same. */
function benchProblems(bench: GuestBench | null): string[] {
  if (bench === null) return ["the bench gave no summary"];
  const wrong: readonly (readonly [boolean, string])[] = [
    [bench.exit_code !== 0 && bench.exit_code !== 3, `it ended with ${bench.exit_code}`],
    [bench.requests === 0 || bench.errors > 0, `${bench.errors} errors of ${bench.requests} requests`],
    [bench.store_hit_tokens === 0, "nothing was served from the store"],
    [!bench.balanced, "its ledger does not balance"],
    [
      bench.stale_reads + bench.corrupt_reads > 0,
      `${bench.stale_reads} stale and ${bench.corrupt_reads} corrupt reads`,
    ],
    [
      !bench.paths.every((path) => path.startsWith("verbs")) || bench.paths.length === 0,
      `paths: ${bench.paths}`,
    ],
  ];
  return wrong.filter(([is_wrong]) => is_wrong).map(([, what]) => `bench: ${what}`);
}

function figureProblems(figures: GuestFigures | null): string[] {
  if (figures === null) return ["the measurement gave no figures"];
  const problems: string[] = [];
  if (figures.failed_ops > 0) problems.push(`${figures.failed_ops} ops of the measurement failed`);
  if (figures.corrupt_pieces > 0)
    problems.push(`${figures.corrupt_pieces} pieces of the measurement are corrupt`);
  for (const [what, share] of [
    ["put", figures.put_of_device] as const,
    ["get", figures.get_of_device] as const,
  ])
    if (share < LEAST_OF_DEVICE)
      problems.push(`${what} reaches ${share.toFixed(2)} × of the device, wanted ${LEAST_OF_DEVICE} ×`);
  return problems;
}
