// Compiles the native library if it is not compiled yet: about four seconds once, milliseconds afterwards. Whoever starts
// many processes calls this first, so that the wait happens in one place and can be told to the user.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "../../harness/domain/result.ts";
import { CACHE_ROOT, compileOnce, findCompiler, NATIVE_ROOT } from "./compiler.ts";
import type { NativeOpenError } from "./native_open_error.ts";

const FLAGS = [
  "-std=c++20",
  "-O3",
  "-fPIC",
  "-shared",
  "-pthread",
  "-fvisibility=hidden",
  "-fno-exceptions",
  "-fno-rtti",
  "-Wall",
  "-Wextra",
];

/** Path of libtierbench.so. */
export function buildNative(): Result<string, NativeOpenError> {
  const compiler = findCompiler();
  if (!compiler.ok) return compiler;
  return compileOnce({
    compiler: compiler.value,
    sources: nativeSources(".cc"),
    headers: [...nativeSources(".h"), join(NATIVE_ROOT, "include", "tierbench.h")],
    flags: FLAGS,
    output_name: "libtierbench.so",
    cache_root: CACHE_ROOT,
  });
}

/** Files of native/src with this ending, sorted. */
export function nativeSources(ending: ".cc" | ".h"): string[] {
  const folder = join(NATIVE_ROOT, "src");
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => join(folder, name));
}
