// Opens a fabric by provider and device, words what can go wrong, and lists what there is.

import { type Pointer, ptr } from "bun:ffi";
import { assert } from "../../harness/domain/assert.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import { FABRIC_OPTIONS } from "./fabric_layout.ts";
import { type FabricLibrary, loadFabricLibrary } from "./fabric_library.ts";
import type { FabricOpenError } from "./fabric_open_error.ts";
import type { FabricPath } from "./fabric_plane.ts";
import { cString, pointerOf } from "./native_library.ts";

export interface FabricOptions {
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
export interface FabricCandidate {
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
export function listFabricCandidates(provider: string): Result<readonly FabricCandidate[], FabricOpenError> {
  const native = loadFabricLibrary(provider);
  if (!native.ok) return native;
  const text = new Uint8Array(TEXT_BYTES);
  const length = native.value.tb_fabric_list(cString(provider), text, text.length);
  if (length === -FI_ENODATA) return ok([]);
  if (length < 0)
    return err({ code: "open_failed", detail: `${provider}: fi_getinfo failed (errno ${-length}).` });
  const whole_lines = new TextDecoder().decode(text.subarray(0, length)).split("\n").slice(0, -1);
  return ok(whole_lines.map((line): FabricCandidate => JSON.parse(line)));
}

export function openFabric(
  native: FabricLibrary,
  options: FabricOptions,
  slot_count: number,
  wake: Pointer,
): Result<Pointer, FabricOpenError> {
  const texts = [options.provider, options.domain, options.source, options.beacon_host].map((text) =>
    cString(text ?? ""),
  );
  const block = new DataView(new ArrayBuffer(FABRIC_OPTIONS.size_bytes));
  const pointers = [
    FABRIC_OPTIONS.provider,
    FABRIC_OPTIONS.domain,
    FABRIC_OPTIONS.source,
    FABRIC_OPTIONS.beacon_host,
  ];
  for (const [i, at] of pointers.entries())
    block.setBigUint64(at, BigInt(ptr(texts[i] ?? cString(""))), true);
  block.setInt32(FABRIC_OPTIONS.gid_index, options.gid_index ?? -1, true);
  block.setUint32(FABRIC_OPTIONS.slot_count, slot_count, true);
  block.setFloat64(FABRIC_OPTIONS.max_registered_bytes, options.max_registered_bytes ?? 0, true);
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

function openError(options: FabricOptions, step: string, errno: number): FabricOpenError {
  if (step === "source address") {
    const detail = `tcp: ${options.source ?? "no address"} is no address of this host that can be listened at (errno ${errno}).`;
    return { code: "no_device", detail };
  }
  if (step === "gid_index") {
    const detail = `${options.provider}: GID index ${options.gid_index} cannot be had: this process has opened libfabric with another, which it reads once. Use one index a process.`;
    return { code: "open_failed", detail };
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
export function readPath(native: FabricLibrary, fabric: Pointer): FabricPath {
  const text = new Uint8Array(TEXT_BYTES);
  const length = native.tb_fabric_describe(fabric, text, text.length);
  return JSON.parse(new TextDecoder().decode(text.subarray(0, length)));
}
