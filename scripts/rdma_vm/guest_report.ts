// What the VM runs, and what its console says about it.

import { join } from "node:path";
import { figureProblems, type GuestFigures } from "./guest_figures.ts";
import { type TestCount, testCount } from "./test_count.ts";

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
  readonly tests: TestCount;
  readonly figures: GuestFigures | null;
  readonly bench: GuestBench | null;
  /** Empty when all is well. */
  readonly problems: readonly string[];
}

const ROOT = join(import.meta.dir, "..", "..");
const SUITES = ["verbs_contract.ts", "verbs_faults.ts", "verbs_store.ts"];
/**
 * Bun's programs end in seconds or run for minutes here. Its optimising compiler rewrites code in place, which an emulated processor
 * has to translate anew: without it they take half the time.
 */
const ENVIRONMENT = "NO_COLOR=1 BUN_JSC_useDFGJIT=0";

/** Runs in the VM as root; the exit code of each step is on the console. */
export function guestScript(): string {
  const bun = `${ENVIRONMENT} ${process.execPath}`;
  const suites = SUITES.map(
    (suite) =>
      `${bun} test --timeout 180000 ./scripts/rdma_vm/${suite} 2>&1; status=$?; echo "rdma_vm: ${suite} $status"; [ $status = 0 ] || failed=1`,
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

/** `bound`: the least share of the device that is no problem; null: any. */
export function guestReport(console_text: string, bound: number | null): GuestReport {
  const problems: string[] = [];
  for (const suite of SUITES) {
    const status = new RegExp(`^rdma_vm: ${suite} (\\d+)`, "m").exec(console_text)?.[1];
    if (status !== "0") problems.push(`${suite} ${status === undefined ? "did not end" : "failed"}`);
  }
  const tests = testCount(console_text);
  for (const name of tests.failed) problems.push(`failed: ${name}`);
  if (tests.passed === 0) problems.push("no test passed");
  const figures = lineOf<GuestFigures>(console_text, "figures");
  const bench = lineOf<GuestBench>(console_text, "bench");
  problems.push(
    ...(figures === null ? ["the measurement gave no figures"] : figureProblems(figures, bound)),
    ...benchProblems(bench),
  );
  return { tests, figures, bench, problems };
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
