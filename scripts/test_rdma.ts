// `bun run test:rdma`: boots a small VM with Soft-RoCE and runs in it, over verbs and between separate processes, the network
// contract, the faults of a device, the store, a 1p1d bench, and a measurement beside what the device gives to perftest. Needs no RDMA hardware, no
// privilege and no KVM; needs the Debian packages that it names when they are missing. Everything that is not a pass is a
// failure with a reason: a VM that does not boot, a suite that does not end, a figure that is missing.
//
// Exit codes: 0 passed; 1 a suite failed or a bound was missed; 2 packages are missing; 4 the VM did not come up.

import { parseArgs } from "node:util";
import { buildNative } from "../native/ffi/build_native.ts";
import { buildFabric } from "../native/ffi/rdma_build.ts";
import { bootVm, type VmRun } from "./rdma_vm/boot_vm.ts";
import { type GuestBench, type GuestFigures, guestReport, guestScript } from "./rdma_vm/guest_report.ts";
import { missingPackages } from "./rdma_vm/vm_image.ts";

const HELP = `bun run test:rdma [--timeout-s N] [--quiet]
Runs the network contract, device faults and a measurement over Soft-RoCE in a VM.
  --timeout-s N   the VM is killed after this long (default 900)
  --quiet         prints the verdict only`;

const { values } = parseArgs({
  options: {
    "timeout-s": { type: "string", default: "900" },
    quiet: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
process.exit(await main(Number(values["timeout-s"]), values.quiet));

async function main(timeout_s: number, quiet: boolean): Promise<number> {
  const missing = missingPackages();
  if (missing.length > 0) {
    console.error(
      `test:rdma: packages are missing. Next: apt-get update && apt-get install -y ${missing.join(" ")}`,
    );
    return 2;
  }
  // The VM sees this checkout read-only.
  for (const built of [buildNative(), buildFabric("libfabric")]) {
    if (built.ok) continue;
    console.error(`test:rdma: ${built.error.detail}`);
    return 2;
  }
  if (!overTcp(quiet)) {
    console.error("test:rdma: a suite over tcp;ofi_rxm failed on this host");
    return 1;
  }
  const run = await bootVm(guestScript(), {
    memory_mib: 3072,
    timeout_s,
    onLine: (line) => {
      if (!quiet) console.log(line);
    },
  });
  return verdict(run, timeout_s);
}

/** The same contract on this host, over libfabric's tcp provider, each suite in a process of its own. */
function overTcp(quiet: boolean): boolean {
  return ["tcp_contract.ts", "tcp_data_plane.ts"].every((suite) => {
    const output = quiet ? "ignore" : "inherit";
    const child = Bun.spawnSync(
      [process.execPath, "test", "--timeout", "60000", `./scripts/rdma_vm/${suite}`],
      {
        stdout: output,
        stderr: output,
      },
    );
    return child.exitCode === 0;
  });
}

function verdict(run: VmRun, timeout_s: number): number {
  const report = guestReport(run.console);
  if (!report.came_up) {
    console.error(`test:rdma: the VM did not come up in ${run.wall_s.toFixed(0)} s. Its last words:`);
    console.error(run.console.trimEnd().split("\n").slice(-15).join("\n"));
    return 4;
  }
  const problems = [...report.problems];
  if (run.timed_out) problems.push(`the VM was killed after ${timeout_s} s`);
  if (run.exit_code !== 0) problems.push(`the VM's script ended with ${run.exit_code ?? "nothing"}`);
  if (report.figures !== null) console.log(figuresText(report.figures));
  if (report.bench !== null) console.log(benchText(report.bench));
  for (const problem of problems) console.error(`test:rdma: ${problem}`);
  const passed = `${report.passed} tests passed over verbs in ${run.wall_s.toFixed(0)} s`;
  console.log(`test:rdma: ${problems.length === 0 ? "ok" : "FAILED"}, ${passed}`);
  return problems.length === 0 ? 0 : 1;
}

function benchText({ requests, store_hit_tokens, stale_reads, corrupt_reads, paths }: GuestBench): string {
  return (
    `1p1d bench by ${paths.join(", ")}: ${requests} requests, ${store_hit_tokens} tokens from the store, ` +
    `${stale_reads} stale and ${corrupt_reads} corrupt reads`
  );
}

function figuresText(figures: GuestFigures): string {
  const rate = (bytes_per_s: number) => `${(bytes_per_s / 1e6).toFixed(1)} MB/s`;
  const share = (part: number) => `${part.toFixed(2)} ×`;
  return [
    `${figures.path_taken.provider} on ${figures.path_taken.domain}, ${figures.path_taken.library}, batches of 1 MiB pieces:`,
    `  put ${rate(figures.put_bytes_per_s)}, ${share(figures.put_of_device)} ib_write_bw (${rate(figures.ib_write_bytes_per_s)})`,
    `  get ${rate(figures.get_bytes_per_s)}, ${share(figures.get_of_device)} ib_read_bw (${rate(figures.ib_read_bytes_per_s)})`,
  ].join("\n");
}
