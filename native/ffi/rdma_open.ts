// Opens a fabric by provider and device, words what can go wrong, and lists what there is.

import { type Pointer, ptr } from "bun:ffi";
import { assert } from "../../harness/domain/assert.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { FabricPath } from "./fabric_plane.ts";
import { cString, pointerOf } from "./native_library.ts";
import { RDMA_OPTIONS } from "./rdma_layout.ts";
import { loadRdmaLibrary, type RdmaLibrary } from "./rdma_library.ts";
import type { RdmaOpenError } from "./rdma_open_error.ts";

export interface RdmaPlaneOptions {
  /** "tcp": plain sockets; by libfabric "verbs;ofi_rxm" (mlx5, Soft-RoCE), "efa", "tcp;ofi_rxm". */
  readonly provider: string;
  /** Device (mlx5_0, rxe0) or network interface; absent: the provider's first. */
  readonly domain?: string;
  /** Local address, which selects port and GID. */
  readonly source?: string;
  /** IP address by which peers see that this process lives; needed where an endpoint has none of its own (efa). */
  readonly beacon_host?: string;
  readonly gid_index?: number;
  /** Requests that native code holds at once; more wait in JavaScript. */
  readonly slot_count?: number;
  readonly max_registered_bytes?: number;
}

/** What libfabric offers. */
export interface RdmaCandidate {
  readonly provider: string;
  readonly domain: string;
  readonly fabric: string;
  readonly source: string;
  readonly link_up: boolean | null;
  readonly bytes_per_s: number | null;
}

const TEXT_BYTES = 16384;
/** fi_errno.h: no provider, device or address matches. */
const FI_ENODATA = 61;

/** In the provider's order of preference; none is no error. */
export function listRdmaCandidates(provider: string): Result<readonly RdmaCandidate[], RdmaOpenError> {
  const native = loadRdmaLibrary(provider);
  if (!native.ok) return native;
  const text = new Uint8Array(TEXT_BYTES);
  const length = native.value.tb_fabric_list(cString(provider), text, text.length);
  if (length === -FI_ENODATA) return ok([]);
  if (length < 0)
    return err({ code: "open_failed", detail: `${provider}: fi_getinfo failed (errno ${-length}).` });
  const whole_lines = new TextDecoder().decode(text.subarray(0, length)).split("\n").slice(0, -1);
  return ok(whole_lines.map((line): RdmaCandidate => JSON.parse(line)));
}

export function openFabric(
  native: RdmaLibrary,
  options: RdmaPlaneOptions,
  slot_count: number,
  wake: Pointer,
): Result<Pointer, RdmaOpenError> {
  const texts = [options.provider, options.domain, options.source, options.beacon_host].map((text) =>
    cString(text ?? ""),
  );
  const block = new DataView(new ArrayBuffer(RDMA_OPTIONS.size_bytes));
  const pointers = [
    RDMA_OPTIONS.provider,
    RDMA_OPTIONS.domain,
    RDMA_OPTIONS.source,
    RDMA_OPTIONS.beacon_host,
  ];
  for (const [i, at] of pointers.entries())
    block.setBigUint64(at, BigInt(ptr(texts[i] ?? cString(""))), true);
  block.setInt32(RDMA_OPTIONS.gid_index, options.gid_index ?? -1, true);
  block.setUint32(RDMA_OPTIONS.slot_count, slot_count, true);
  block.setFloat64(RDMA_OPTIONS.max_registered_bytes, options.max_registered_bytes ?? 0, true);
  const message = new Uint8Array(256);
  const error = new Int32Array(1);
  const bytes = new Uint8Array(block.buffer);
  const address = pointerOf(native.tb_fabric_open(bytes, wake, message, message.length, error));
  // Native code has copied the strings; until here they must not be collected.
  assert(texts.length === pointers.length, "every pointer has its text");
  if (address !== null) return ok(address);
  const step = new TextDecoder().decode(message).split("\0")[0] ?? "";
  return err(openError(options, step, -(error[0] ?? 0)));
}

function openError(options: RdmaPlaneOptions, step: string, errno: number): RdmaOpenError {
  if (step === "source address") {
    const detail = `tcp: ${options.source ?? "no address"} is no address of this host that can be listened at (errno ${errno}).`;
    return { code: "no_device", detail };
  }
  const device = options.domain === undefined ? "" : ` on ${options.domain}`;
  if (step !== "fi_getinfo") {
    const detail = `${options.provider}${device}: ${step} failed (errno ${errno}). FI_LOG_LEVEL=warn says more.`;
    return { code: "open_failed", detail };
  }
  return {
    code: "no_device",
    detail:
      `${options.provider}${device}: libfabric finds no such device (errno ${errno}). ` +
      `\`fi_info -p "${options.provider}"\` lists them; an RDMA device needs an active port with an address.`,
  };
}

/** What an open fabric runs on. */
export function readPath(native: RdmaLibrary, fabric: Pointer): FabricPath {
  const text = new Uint8Array(TEXT_BYTES);
  const length = native.tb_fabric_describe(fabric, text, text.length);
  return JSON.parse(new TextDecoder().decode(text.subarray(0, length)));
}
