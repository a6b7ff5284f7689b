import { afterEach, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { assert } from "../../harness/domain/assert.ts";
import type { Result } from "../../harness/domain/result.ts";
import type { NativeOpenError } from "../ffi/native_open_error.ts";
import { findArm64Tools } from "./arm64_tools.ts";
import {
  buildArm64Tests,
  buildNativeTests,
  SANITIZERS,
  type Sanitizer,
  sanitizerProblem,
} from "./native_test_program.ts";

/** Three compilations of some seconds each, once per change of the sources. */
const BUILD_AND_RUN_MS = 600_000;

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
        runTests(buildNativeTests(sanitizer), [], "0 skipped");
      },
      BUILD_AND_RUN_MS,
    );
  }

  const arm64 = findArm64Tools();
  if (!arm64.ok) {
    test.skip(`arm64 build under qemu-user: skipped, for this machine lacks it: ${arm64.error}`, () => {});
    return;
  }
  test(
    "arm64 build under qemu-user",
    () => {
      // qemu-user has no robust lists, which one test needs.
      runTests(buildArm64Tests(arm64.value), [arm64.value.emulator], "1 skipped");
    },
    BUILD_AND_RUN_MS,
  );
});

function runTests(
  program: Result<string, NativeOpenError>,
  launcher: readonly string[],
  skipped: "0 skipped" | "1 skipped",
): void {
  assert(program.ok, program.ok ? "" : program.error.detail);
  const run = Bun.spawnSync([...launcher, program.value]);
  for (const folder of ["/dev/shm", "/tmp"]) {
    for (const name of new Bun.Glob(`tierbench_test_${run.pid}_*`).scanSync(folder))
      scratch.push(`${folder}/${name}`);
  }
  expect(run.exitCode, run.stderr.toString().slice(-4000)).toBe(0);
  expect(run.stdout.toString()).toMatch(new RegExp(`^\\d\\d tests passed, ${skipped}\n$`));
}
