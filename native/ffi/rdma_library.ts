// Builds, loads and checks a fabric library, once per process, when a network path is asked for.

import { dlopen, type Library } from "bun:ffi";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import { buildFabric, type FabricEngine } from "./rdma_build.ts";
import { RDMA_ABI_VERSION, RDMA_LAYOUT } from "./rdma_layout.ts";
import type { RdmaOpenError } from "./rdma_open_error.ts";
import { RDMA_SYMBOLS } from "./rdma_symbols.ts";

export type RdmaLibrary = Library<typeof RDMA_SYMBOLS>["symbols"];

const loaded = new Map<FabricEngine, RdmaLibrary>();

/** Plain sockets are a provider of our own; libfabric knows all others. */
export function engineOf(provider: string): FabricEngine {
  return provider === "tcp" ? "sockets" : "libfabric";
}

export function loadRdmaLibrary(provider: string): Result<RdmaLibrary, RdmaOpenError> {
  const engine = engineOf(provider);
  const known = loaded.get(engine);
  if (known !== undefined) return ok(known);
  const built = buildFabric(engine);
  if (!built.ok) return built;
  const opened = openLibrary(built.value);
  if (opened.ok) loaded.set(engine, opened.value);
  return opened;
}

function openLibrary(path: string): Result<RdmaLibrary, RdmaOpenError> {
  let library: RdmaLibrary;
  try {
    library = dlopen(path, RDMA_SYMBOLS).symbols;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err({
      code: "load_failed",
      detail: `${path}: cannot be loaded (${reason}). Is the library installed that it names? Otherwise remove .cache/native and try again.`,
    });
  }
  const layout = new Uint32Array(RDMA_LAYOUT.length);
  const fields = library.tb_fabric_layout(layout, layout.length);
  const same = fields === RDMA_LAYOUT.length && layout.every((offset, i) => offset === RDMA_LAYOUT[i]);
  if (library.tb_fabric_abi_version() === RDMA_ABI_VERSION && same) return ok(library);
  return err({
    code: "wrong_abi",
    detail: `${path}: ABI ${library.tb_fabric_abi_version()} with layout [${layout.join(" ")}], but native/ffi/rdma_layout.ts has ABI ${RDMA_ABI_VERSION} with [${RDMA_LAYOUT.join(" ")}].`,
  });
}
