// The fabric library's C ABI, plain and under sanitizers.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../../harness/domain/assert.ts";
import { compileOnce } from "../../ffi/compiler.ts";
import { fabricTestJob } from "../../ffi/rdma_build.ts";
import { SANITIZERS, type Sanitizer, sanitizerProblem } from "../../test/native_test_program.ts";

const BUILDS: readonly Sanitizer[] = ["plain", "address_and_undefined", "thread"];

for (const sanitizer of BUILDS) {
  const job = fabricTestJob(
    join(import.meta.dir, "fabric_test.cc"),
    `fabric_test_${sanitizer}`,
    SANITIZERS[sanitizer],
  );
  const problem = job.ok ? sanitizerProblem(sanitizer) : job.error.detail;
  const testHere = problem === null ? test : test.skip;
  testHere(
    `transfers, dead keys, cancellation and closing, ${sanitizer}${problem === null ? "" : ` (${problem})`}`,
    () => {
      assert(job.ok, job.ok ? "" : job.error.detail);
      const program = compileOnce(job.value);
      assert(program.ok, program.ok ? "" : program.error.detail);
      const folder = mkdtempSync("/dev/shm/tierbench-fabric-");
      const run = Bun.spawnSync([program.value, folder], { timeout: 60_000, stdout: "pipe", stderr: "pipe" });
      rmSync(folder, { recursive: true });
      expect(run.stderr.toString()).toBe("");
      expect(run.stdout.toString()).toBe("ok\n");
      expect(run.exitCode).toBe(0);
    },
    120_000,
  );
}
