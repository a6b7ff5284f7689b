import { afterEach, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { assert } from "../../harness/domain/assert.ts";
import { buildNativeTests, SANITIZERS, type Sanitizer, sanitizerProblem } from "./native_test_program.ts";

/** Three compilations of some seconds each, once per change of the sources. */
const BUILD_AND_RUN_MS = 180_000;

const scratch: string[] = [];

afterEach(() => {
  for (const path of scratch.splice(0)) rmSync(path, { force: true });
});

describe("the C++ unit tests pass", () => {
  for (const sanitizer of Object.keys(SANITIZERS) as Sanitizer[]) {
    const problem = sanitizer === "plain" ? null : sanitizerProblem(sanitizer);
    if (problem !== null) {
      test.skip(`${sanitizer} build: skipped, for this machine lacks it: ${problem}`, () => {});
      continue;
    }
    test(
      `${sanitizer} build`,
      () => {
        const program = buildNativeTests(sanitizer);
        assert(program.ok, program.ok ? "" : program.error.detail);
        const run = Bun.spawnSync([program.value]);
        for (const folder of ["/dev/shm", "/tmp"]) {
          for (const name of new Bun.Glob(`tierbench_test_${run.pid}_*`).scanSync(folder))
            scratch.push(`${folder}/${name}`);
        }
        expect(run.exitCode, run.stderr.toString().slice(-4000)).toBe(0);
        expect(run.stdout.toString()).toMatch(/^\d\d tests passed, 0 skipped\n$/);
      },
      BUILD_AND_RUN_MS,
    );
  }
});
