// The system's C++ compiler, run once per distinct input: outputs are kept under a name that hashes sources, flags and
// compiler version, and processes that want the same output at the same time wait for the one that compiles it.

import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { NativeOpenError } from "./native_open_error.ts";

export const NATIVE_ROOT: string = join(import.meta.dir, "..");
/** Where outputs are kept, in a folder each. */
export const CACHE_ROOT: string = join(NATIVE_ROOT, "..", ".cache", "native");

export interface Compiler {
  readonly path: string;
  readonly version: string;
}

export interface CompileJob {
  readonly compiler: Compiler;
  /** Compiled as one translation unit, in this order. Absolute paths. */
  readonly sources: readonly string[];
  /** Other files whose contents the output depends on. */
  readonly headers: readonly string[];
  readonly flags: readonly string[];
  readonly output_name: string;
  readonly cache_root: string;
}

export function findCompiler(): Result<Compiler, NativeOpenError> {
  for (const name of ["c++", "g++", "clang++"]) {
    const path = Bun.which(name);
    if (path === null) continue;
    const version = Bun.spawnSync([path, "--version"]);
    if (version.exitCode === 0) return ok({ path, version: version.stdout.toString().trim() });
  }
  return err({
    code: "no_compiler",
    detail:
      "tierbench compiles its native library on first use and found no C++ compiler (c++, g++ or clang++ on PATH). " +
      "Install one that knows C++20, for example: apt-get install g++",
  });
}

/** Path of the output, compiled now if it is not there yet. */
export function compileOnce(job: CompileJob): Result<string, NativeOpenError> {
  const folder = join(job.cache_root, jobHash(job));
  const output = join(folder, job.output_name);
  if (existsSync(output)) return ok(output);
  try {
    mkdirSync(folder, { recursive: true });
    closeSync(openSync(`${output}.lock`, "a"));
  } catch (error) {
    return err({
      code: "cache_unwritable",
      detail: `${folder}: cannot hold the compiled native library (${error instanceof Error ? error.message : error}). Make it writable.`,
    });
  }
  return runCompiler(job, output);
}

function jobHash(job: CompileJob): string {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const part of [job.compiler.path, job.compiler.version, job.output_name, ...job.flags])
    hasher.update(`${part}\0`);
  for (const file of [...job.sources, ...job.headers])
    hasher.update(`${file}\0`).update(readFileSync(file)).update("\0");
  return hasher.digest("hex").slice(0, 20);
}

// flock(1) holds the lock for as long as the compiler runs and drops it with the process, however that ends. The output
// appears by rename, whole; without flock(1) several processes may compile, and the last rename wins with equal bytes.
const COMPILE_UNLESS_THERE = '[ -e "$OUTPUT" ] || { "$@" -o "$PARTIAL" && mv -f "$PARTIAL" "$OUTPUT"; }';

function runCompiler(job: CompileJob, output: string): Result<string, NativeOpenError> {
  const flock = Bun.which("flock");
  const lock = flock === null ? [] : [flock, `${output}.lock`];
  const script = `OUTPUT=$1 PARTIAL=$1.$$; shift; ${COMPILE_UNLESS_THERE}`;
  const compile = [job.compiler.path, ...job.flags, "-x", "c++", "-"];
  const run = Bun.spawnSync([...lock, "sh", "-c", script, "sh", output, ...compile], {
    stdin: new TextEncoder().encode(job.sources.map((source) => `#include "${source}"\n`).join("")),
    stderr: "pipe",
  });
  if (run.exitCode === 0) return ok(output);
  const messages = run.stderr.toString().trim().split("\n").slice(0, 12).join("\n");
  return err({
    code: "compile_failed",
    detail: `${job.compiler.path} could not compile tierbench's native library; it must know C++20 (GCC 11, Clang 14 or later):\n${messages}`,
  });
}
