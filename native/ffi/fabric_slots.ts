// The slots of an opened fabric: how its requests are written, and the calls of its library. Layout: fabric_layout.ts.

import type { Pointer } from "bun:ffi";
import type { BlockIdentity } from "./data_plane.ts";
import { FABRIC_SUBMISSION } from "./fabric_layout.ts";
import type { FabricLibrary } from "./fabric_library.ts";
import type { FabricOpCode } from "./fabric_plane.ts";
import { COMPLETION } from "./native_layout.ts";
import { type NativeSlots, viewOf } from "./native_slots.ts";
import { FABRIC_OP_CODES } from "./op_code.ts";

const FLAG_VERIFY = 1;
const HIGH_RANGE = 2 ** 32;
const KINDS = { put: 1, get: 2, register: 3, deregister: 4 } as const;

/** A tb_fabric_submission. */
export interface FabricRequest {
  readonly kind: keyof typeof KINDS;
  readonly region_id: number;
  readonly remote_id: number;
  readonly region_offset: number;
  readonly remote_offset: number;
  readonly bytes: number;
  readonly deadline_ns: number;
  readonly verify: BlockIdentity | null;
}

export function fabricSlots(
  native: FabricLibrary,
  fabric: Pointer,
  slot_count: number,
): NativeSlots<FabricRequest, FabricOpCode> {
  const submissions = new DataView(
    viewOf(native.tb_fabric_submissions(fabric), slot_count * FABRIC_SUBMISSION.size_bytes),
  );
  return {
    submit_list: new Uint32Array(viewOf(native.tb_fabric_submit_list(fabric), slot_count * 4)),
    completions: new DataView(
      viewOf(native.tb_fabric_completions(fabric), slot_count * COMPLETION.size_bytes),
    ),
    codes: FABRIC_OP_CODES,
    write: (slot, request) => writeRequest(submissions, slot * FABRIC_SUBMISSION.size_bytes, request),
    submit: (count) => native.tb_fabric_submit(fabric, count),
    reap: () => native.tb_fabric_reap(fabric),
    cancel: (slots) => {
      for (const slot of slots) native.tb_fabric_cancel(fabric, slot);
    },
    now_ns: () => native.tb_fabric_now_ns(),
  };
}

function writeRequest(view: DataView, at: number, request: FabricRequest): void {
  view.setUint32(at + FABRIC_SUBMISSION.kind, KINDS[request.kind], true);
  view.setUint32(at + FABRIC_SUBMISSION.region_id, request.region_id, true);
  view.setUint32(at + FABRIC_SUBMISSION.remote_id, request.remote_id, true);
  view.setFloat64(at + FABRIC_SUBMISSION.region_offset, request.region_offset, true);
  view.setFloat64(at + FABRIC_SUBMISSION.remote_offset, request.remote_offset, true);
  view.setFloat64(at + FABRIC_SUBMISSION.bytes, request.bytes, true);
  view.setFloat64(at + FABRIC_SUBMISSION.deadline_ns, request.deadline_ns, true);
  view.setUint32(at + FABRIC_SUBMISSION.flags, request.verify === null ? 0 : FLAG_VERIFY, true);
  if (request.verify === null) return;
  const { model_id, weights_version, hash } = request.verify;
  view.setUint32(at + FABRIC_SUBMISSION.model_id, model_id, true);
  view.setUint32(at + FABRIC_SUBMISSION.weights_version, weights_version, true);
  view.setUint32(at + FABRIC_SUBMISSION.hash_low, hash % HIGH_RANGE, true);
  view.setUint32(at + FABRIC_SUBMISSION.hash_high, Math.floor(hash / HIGH_RANGE), true);
}
