// Builds, loads and checks a fabric library, once per process, when a network path is asked for.

import { dlopen, type Library } from "bun:ffi";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import { buildFabric, type FabricEngine } from "./build_fabric.ts";
import { FABRIC_ABI_VERSION, FABRIC_LAYOUT } from "./fabric_layout.ts";
import type { FabricOpenError } from "./fabric_open_error.ts";
import { FABRIC_SYMBOLS } from "./fabric_symbols.ts";

export type FabricLibrary = Library<typeof FABRIC_SYMBOLS>["symbols"];

const loaded = new Map<FabricEngine, FabricLibrary>();

/** Plain sockets are a provider of our own; libfabric knows all others. */
export function engineOf(provider: string): FabricEngine {
  return provider === "tcp" ? "sockets" : "libfabric";
}

export function loadFabricLibrary(provider: string): Result<FabricLibrary, FabricOpenError> {
  const engine = engineOf(provider);
  const known = loaded.get(engine);
  if (known !== undefined) return ok(known);
  const built = buildFabric(engine);
  if (!built.ok) return built;
  const opened = openLibrary(built.value);
  if (opened.ok) loaded.set(engine, opened.value);
  return opened;
}

function openLibrary(path: string): Result<FabricLibrary, FabricOpenError> {
  let library: FabricLibrary;
  try {
    library = dlopen(path, FABRIC_SYMBOLS).symbols;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err({
      code: "load_failed",
      detail: `${path}: cannot be loaded (${reason}). Is the library installed that it names? Otherwise remove .cache/native and try again.`,
    });
  }
  const layout = new Uint32Array(FABRIC_LAYOUT.length);
  const fields = library.tb_fabric_layout(layout, layout.length);
  const same = fields === FABRIC_LAYOUT.length && layout.every((offset, i) => offset === FABRIC_LAYOUT[i]);
  if (library.tb_fabric_abi_version() === FABRIC_ABI_VERSION && same) return ok(library);
  return err({
    code: "wrong_abi",
    detail: `${path}: ABI ${library.tb_fabric_abi_version()} with layout [${layout.join(" ")}], but native/ffi/fabric_layout.ts has ABI ${FABRIC_ABI_VERSION} with [${FABRIC_LAYOUT.join(" ")}].`,
  });
}
