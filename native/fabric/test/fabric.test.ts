// The fabric libraries' C ABI, plain, under sanitizers, and that of plain sockets on an emulated arm64.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../../harness/domain/assert.ts";
import { type FabricEngine, fabricTestJob } from "../../ffi/build_fabric.ts";
import { type CompileJob, compileOnce } from "../../ffi/compiler.ts";
import { findArm64Tools } from "../../test/arm64_tools.ts";
import { SANITIZERS, type Sanitizer, sanitizerProblem } from "../../test/native_test_program.ts";

const BUILDS = {
  sockets: ["address_and_undefined", "thread"],
  libfabric: ["plain", "address_and_undefined", "thread"],
} as const;

const PROVIDERS = { sockets: "tcp", libfabric: "tcp;ofi_rxm" } as const;

const MAIN: string = join(import.meta.dir, "fabric_test.cc");
/** One compilation of some seconds, once per change of the sources, and a run. */
const BUILD_AND_RUN_MS = 600_000;

for (const engine of ["sockets", "libfabric"] as const)
  for (const sanitizer of BUILDS[engine]) proof(engine, sanitizer);
arm64Proof();

function proof(engine: FabricEngine, sanitizer: Sanitizer): void {
  const job = fabricTestJob(engine, MAIN, `fabric_test_${engine}_${sanitizer}`, SANITIZERS[sanitizer]);
  const problem = job.ok ? sanitizerProblem(sanitizer) : job.error.detail;
  const testHere = problem === null ? test : test.skip;
  testHere(
    `${engine}: transfers, dead keys, cancellation and closing, ${sanitizer}${problem === null ? "" : ` (${problem})`}`,
    () => {
      assert(job.ok, job.ok ? "" : job.error.detail);
      run(job.value, [], PROVIDERS[engine]);
    },
    BUILD_AND_RUN_MS,
  );
}

/** Linked statically, so that no arm64 system is needed; libfabric would need one. */
function arm64Proof(): void {
  const job = fabricTestJob("sockets", MAIN, "fabric_test_sockets_arm64", ["-static"]);
  const tools = findArm64Tools();
  const testHere = tools.ok ? test : test.skip;
  testHere(
    `sockets: transfers, dead keys, cancellation and closing, arm64 under qemu-user${tools.ok ? "" : ` (${tools.error})`}`,
    () => {
      assert(job.ok && tools.ok, "a compiler for this machine is there, too");
      const { compiler, emulator } = tools.value;
      run({ ...job.value, compiler }, [emulator], PROVIDERS.sockets);
    },
    BUILD_AND_RUN_MS,
  );
}

function run(job: CompileJob, launcher: readonly string[], provider: string): void {
  const program = compileOnce(job);
  assert(program.ok, program.ok ? "" : program.error.detail);
  const folder = mkdtempSync("/dev/shm/tierbench-fabric-");
  const ended = Bun.spawnSync([...launcher, program.value, folder, provider], { timeout: 60_000 });
  rmSync(folder, { recursive: true });
  expect(ended.stderr.toString()).toBe("");
  expect(ended.stdout.toString()).toBe("ok\n");
  expect(ended.exitCode).toBe(0);
}
