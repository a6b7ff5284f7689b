// The C++ unit tests as one program, built plain or with a sanitizer.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import { nativeSources } from "../ffi/build_native.ts";
import { CACHE_ROOT, type Compiler, compileOnce, findCompiler, NATIVE_ROOT } from "../ffi/compiler.ts";
import type { NativeOpenError } from "../ffi/native_open_error.ts";
import type { Arm64Tools } from "./arm64_tools.ts";

/** Compiler flags of each build. */
export const SANITIZERS = {
  plain: [],
  address_and_undefined: ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
  thread: ["-fsanitize=thread"],
} as const;

export type Sanitizer = keyof typeof SANITIZERS;

const FLAGS = ["-std=c++20", "-O1", "-g", "-pthread", "-Wall", "-Wextra", "-Werror"];
const TEST_ROOT = join(NATIVE_ROOT, "test");

/** Path of the program. */
export function buildNativeTests(sanitizer: Sanitizer): Result<string, NativeOpenError> {
  const compiler = findCompiler();
  return compiler.ok
    ? buildTests(compiler.value, `native_tests_${sanitizer}`, SANITIZERS[sanitizer])
    : compiler;
}

/** The same program for arm64. */
export function buildArm64Tests({ compiler }: Arm64Tools): Result<string, NativeOpenError> {
  return buildTests(compiler, "native_tests_arm64", ["-static"]);
}

function buildTests(
  compiler: Compiler,
  output_name: string,
  flags: readonly string[],
): Result<string, NativeOpenError> {
  const here = readdirSync(TEST_ROOT).sort();
  const inTestRoot = (ending: string) =>
    here.filter((name) => name.endsWith(ending)).map((name) => join(TEST_ROOT, name));
  return compileOnce({
    compiler,
    sources: [...nativeSources(".cc"), ...inTestRoot(".cc")],
    headers: [...nativeSources(".h"), ...inTestRoot(".h"), join(NATIVE_ROOT, "include", "tierbench.h")],
    flags: [...FLAGS, ...flags],
    output_name,
    cache_root: CACHE_ROOT,
  });
}

/** Why this machine cannot run programs built with the sanitizer; null when it can. */
export function sanitizerProblem(sanitizer: Sanitizer): string | null {
  const program = buildEmptyProgram(sanitizer);
  if (!program.ok) return program.error.detail;
  const run = Bun.spawnSync([program.value]);
  return run.exitCode === 0 ? null : `an empty program fails: ${run.stderr.toString().trim().slice(0, 200)}`;
}

function buildEmptyProgram(sanitizer: Sanitizer): Result<string, NativeOpenError> {
  const compiler = findCompiler();
  if (!compiler.ok) return err(compiler.error);
  const program = compileOnce({
    compiler: compiler.value,
    sources: [join(TEST_ROOT, "empty_program", "main.cc")],
    headers: [],
    flags: ["-std=c++20", ...SANITIZERS[sanitizer]],
    output_name: `empty_${sanitizer}`,
    cache_root: CACHE_ROOT,
  });
  return program.ok ? ok(program.value) : program;
}
