// Builds, loads and checks the native library, once per process. A library whose version or struct layouts differ from
// what this code writes is refused: everything behind it is raw memory.

import { dlopen, type Library, type Pointer } from "bun:ffi";
import { assert } from "../../harness/domain/assert.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import { buildNative } from "./build_native.ts";
import { ABI_VERSION, LAYOUT } from "./native_layout.ts";
import type { NativeOpenError } from "./native_open_error.ts";
import { NATIVE_SYMBOLS } from "./native_symbols.ts";

export type NativeLibrary = Library<typeof NATIVE_SYMBOLS>["symbols"];

let loaded: NativeLibrary | null = null;

export function loadNativeLibrary(): Result<NativeLibrary, NativeOpenError> {
  if (loaded !== null) return ok(loaded);
  const built = buildNative();
  if (!built.ok) return built;
  const opened = openLibrary(built.value);
  if (opened.ok) loaded = opened.value;
  return opened;
}

function openLibrary(path: string): Result<NativeLibrary, NativeOpenError> {
  let library: NativeLibrary;
  try {
    library = dlopen(path, NATIVE_SYMBOLS).symbols;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err({
      code: "load_failed",
      detail: `${path}: cannot be loaded (${reason}). Remove .cache/native and try again.`,
    });
  }
  const layout = new Uint32Array(LAYOUT.length);
  const fields = library.tb_layout(layout, layout.length);
  const same = fields === LAYOUT.length && layout.every((offset, i) => offset === LAYOUT[i]);
  if (library.tb_abi_version() === ABI_VERSION && same) return ok(library);
  return err({
    code: "wrong_abi",
    detail: `${path}: ABI ${library.tb_abi_version()} with layout [${layout.join(" ")}], but native/ffi/native_layout.ts has ABI ${ABI_VERSION} with [${LAYOUT.join(" ")}].`,
  });
}

/** A path as C wants it. */
export function cString(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

/** An address as a number: user memory lies below 2^53 on every machine this runs on. */
export function pointerOf(address: Pointer | bigint | null): Pointer | null {
  assert(typeof address !== "bigint", "an address is below 2^53");
  return address;
}
