// `bun run test:rdma`: the network path over libfabric, proved without RDMA hardware. The contract runs on this host over libfabric's
// tcp provider; then a small VM with Soft-RoCE runs, over verbs and between separate processes, the contract, the faults of a device,
// the store, a measurement beside what the device gives to perftest, and a 1p1d bench. Needs no privilege and no KVM, and uses KVM
// where it can be had. A VM that does not boot, a suite that does not end and a figure that is missing are failures; how quick the
// path is fails only against a bound that is asked for, as an emulated machine on a busy host is no ruler.
//
// The last line is "N passed, N failed, N skipped". Exit codes: 0 nothing failed; 1 something did; 2 usage, or what the host lacks;
// 4 the VM did not come up.

import { parseArgs } from "node:util";
import { err, type Result } from "../harness/domain/result.ts";
import { buildFabric } from "../native/ffi/build_fabric.ts";
import { buildNative } from "../native/ffi/build_native.ts";
import { ASKED_ACCELERATORS, acceleratorsToTry, readKvmRefusal } from "./rdma_vm/accelerator.ts";
import { bootVm, type VmRun } from "./rdma_vm/boot_vm.ts";
import { figuresText } from "./rdma_vm/guest_figures.ts";
import { type GuestBench, guestReport, guestScript } from "./rdma_vm/guest_report.ts";
import { testTcpProvider } from "./rdma_vm/tcp_suites.ts";
import { type VmKernel, vmKernel } from "./rdma_vm/vm_kernel.ts";
import { missingForVm } from "./rdma_vm/vm_packages.ts";

const HELP = `bun run test:rdma [options]
Runs the network contract, device faults, the store, a measurement and a 1p1d bench over Soft-RoCE in a VM.
  --bound R        fails when put or get reaches less than R × perftest; without it the ratio is printed and fails nothing
  --accel A        auto (default): KVM where it can be had, else emulation; kvm or tcg: that or nothing
  --timeout-s N    the VM is killed after this long (default 900)
  --boots N        a VM whose suites fail is followed by a fresh one, N in all; every failure is printed, the last VM counts (default 1)
  --skip-missing   counts what this host cannot start as skipped, instead of ending with 2
  --quiet          prints the verdict only`;

const MEMORY_MIB = 3072;
/** KVM takes seconds, emulation ten on an idle core and forty on a busy one. */
const UP_TIMEOUT_S = 240;
const EXIT = { OK: 0, FAILED: 1, USAGE: 2, NOT_UP: 4 } as const;

const { values: asked } = parseArgs({
  options: {
    bound: { type: "string" },
    accel: { type: "string", default: "auto" },
    "timeout-s": { type: "string", default: "900" },
    boots: { type: "string", default: "1" },
    "skip-missing": { type: "boolean", default: false },
    quiet: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const counts = { passed: 0, failed: 0, skipped: 0 };
let exit_code: number = EXIT.OK;

if (asked.help) console.log(HELP);
else await main();
process.exit(exit_code);

async function main(): Promise<void> {
  const accel = ASKED_ACCELERATORS.find((name) => name === asked.accel);
  const bound = asked.bound === undefined ? null : Number(asked.bound);
  const timeout_s = Number(asked["timeout-s"]);
  const boots = Number(asked.boots);
  if (accel === undefined) return usage(`--accel: must be auto, kvm or tcg, got ${asked.accel}.`);
  if (bound !== null && !(bound > 0)) return usage(`--bound: must be a number above 0, got ${asked.bound}.`);
  if (!(timeout_s > 0)) return usage(`--timeout-s: must be a number above 0, got ${asked["timeout-s"]}.`);
  if (!Number.isInteger(boots) || boots < 1)
    return usage(`--boots: must be a whole number from 1, got ${asked.boots}.`);
  const host = prepareHost();
  if (!host.ok && !asked["skip-missing"]) return usage(`test:rdma: ${host.error}`);
  const broken = brokenBuilds();
  fail(broken, EXIT.FAILED);
  if (buildFabric("libfabric").ok) overTcp();
  if (broken.length > 0) say("test:rdma: no VM is started on what does not compile");
  else if (host.ok) {
    const boot = async (): Promise<VmOutcome> => {
      const run = await bootVm(guestScript(), acceleratorsToTry(accel, readKvmRefusal()), {
        kernel: host.value,
        memory_mib: MEMORY_MIB,
        up_timeout_s: UP_TIMEOUT_S,
        timeout_s,
        onLine: say,
      });
      return run.ok ? judge(run.value, bound) : notUp(run.error);
    };
    const outcome = await lastOutcome(boot, boots);
    counts.passed += outcome.passed;
    counts.skipped += outcome.skipped;
    fail(outcome.problems, outcome.exit_code);
  } else {
    counts.skipped++;
    console.log(`(skip) the network path over Soft-RoCE in a VM: ${host.error}`);
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
}

/** Of the first VM that shows nothing wrong, or of the last there is; what the others showed is printed. */
async function lastOutcome(boot: () => Promise<VmOutcome>, boots: number): Promise<VmOutcome> {
  for (let tried = 1; tried < boots; tried++) {
    const outcome = await boot();
    if (outcome.problems.length === 0) return outcome;
    for (const problem of outcome.problems)
      console.error(`test:rdma: VM ${tried} of at most ${boots}: ${problem}`);
  }
  return boot();
}

function usage(problem: string): void {
  console.error(problem);
  exit_code = EXIT.USAGE;
}

function say(text: string): void {
  if (!asked.quiet) console.log(text);
}

function fail(problems: readonly string[], code: number): void {
  for (const problem of problems) console.error(`test:rdma: ${problem}`);
  counts.failed += problems.length;
  if (problems.length > 0) exit_code = code;
}

/** What must be there before a VM can start. */
function prepareHost(): Result<VmKernel, string> {
  const missing = missingForVm();
  return missing === null ? vmKernel() : err(missing);
}

/**
 * The VM sees this checkout, and what is compiled in it, read-only.
 * A host without libfabric is one that lacks something; whatever else does not compile is broken.
 */
function brokenBuilds(): string[] {
  return [buildNative(), buildFabric("libfabric"), buildFabric("sockets")].flatMap((built) =>
    built.ok || built.error.code === "no_libfabric" ? [] : [built.error.detail],
  );
}

function overTcp(): void {
  const tests = testTcpProvider(say);
  counts.passed += tests.passed;
  counts.skipped += tests.skipped;
  fail(
    tests.failed.map((name) => `over tcp;ofi_rxm on this host: ${name}`),
    EXIT.FAILED,
  );
}

/** What one VM showed. */
interface VmOutcome {
  readonly passed: number;
  readonly skipped: number;
  /** Empty when all is well. */
  readonly problems: readonly string[];
  /** When all is not. */
  readonly exit_code: number;
}

function notUp(problem: string): VmOutcome {
  return { passed: 0, skipped: 0, problems: [problem], exit_code: EXIT.NOT_UP };
}

function judge(run: VmRun, bound: number | null): VmOutcome {
  const wall = `${run.wall_s.toFixed(0)} s`;
  const by = `by ${run.choice.accelerator} (${run.choice.why})`;
  if (!run.came_up) {
    console.error(run.console.trimEnd().split("\n").slice(-15).join("\n"));
    return notUp(`the VM did not come up in ${wall}, ${by}`);
  }
  const { tests, figures, bench, problems } = guestReport(run.console, bound);
  if (figures !== null) console.log(figuresText(figures));
  if (bench !== null) console.log(benchText(bench));
  console.log(`test:rdma: the VM ran ${wall} ${by}`);
  return {
    passed: tests.passed,
    skipped: tests.skipped,
    problems: [
      ...problems,
      ...(run.timed_out ? [`the VM was killed after ${wall}`] : []),
      ...(run.exit_code === 0 ? [] : [`the VM's script ended with ${run.exit_code ?? "nothing"}`]),
    ],
    exit_code: EXIT.FAILED,
  };
}

function benchText({
  exit_code,
  requests,
  store_hit_tokens,
  stale_reads,
  corrupt_reads,
  paths,
}: GuestBench): string {
  return (
    `1p1d bench by ${paths.join(", ")}: ${requests} requests, ${store_hit_tokens} tokens from the store, ` +
    `${stale_reads} stale and ${corrupt_reads} corrupt reads${exit_code === 3 ? " (as a measurement it is refused: the machine is emulated)" : ""}`
  );
}
