// The fabric libraries' C ABI, plain and under sanitizers.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../../harness/domain/assert.ts";
import { compileOnce } from "../../ffi/compiler.ts";
import { type FabricEngine, fabricTestJob } from "../../ffi/rdma_build.ts";
import { SANITIZERS, type Sanitizer, sanitizerProblem } from "../../test/native_test_program.ts";

const BUILDS = {
  sockets: ["address_and_undefined", "thread"],
  libfabric: ["plain", "address_and_undefined", "thread"],
} as const;

const PROVIDERS = { sockets: "tcp", libfabric: "tcp;ofi_rxm" } as const;

for (const engine of ["sockets", "libfabric"] as const)
  for (const sanitizer of BUILDS[engine]) proof(engine, sanitizer);

function proof(engine: FabricEngine, sanitizer: Sanitizer): void {
  const main = join(import.meta.dir, "fabric_test.cc");
  const job = fabricTestJob(engine, main, `fabric_test_${engine}_${sanitizer}`, SANITIZERS[sanitizer]);
  const problem = job.ok ? sanitizerProblem(sanitizer) : job.error.detail;
  const testHere = problem === null ? test : test.skip;
  testHere(
    `${engine}: transfers, dead keys, cancellation and closing, ${sanitizer}${problem === null ? "" : ` (${problem})`}`,
    () => {
      assert(job.ok, job.ok ? "" : job.error.detail);
      const program = compileOnce(job.value);
      assert(program.ok, program.ok ? "" : program.error.detail);
      const folder = mkdtempSync("/dev/shm/tierbench-fabric-");
      const run = Bun.spawnSync([program.value, folder, PROVIDERS[engine]], { timeout: 60_000 });
      rmSync(folder, { recursive: true });
      expect(run.stderr.toString()).toBe("");
      expect(run.stdout.toString()).toBe("ok\n");
      expect(run.exitCode).toBe(0);
    },
    120_000,
  );
}
