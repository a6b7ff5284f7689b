// The slots of an opened data plane: the calls of its library. Ops are written by SubmissionWriter.

import type { Pointer } from "bun:ffi";
import type { Op, OpCode } from "./data_plane.ts";
import { COMPLETION, SUBMISSION } from "./native_layout.ts";
import type { NativeLibrary } from "./native_library.ts";
import { type NativeSlots, viewOf } from "./native_slots.ts";
import { OP_CODES } from "./op_code.ts";
import { SubmissionWriter } from "./submission_writer.ts";

/** Native code cancels the waits of all slots or of none: only a plane that closes cancels. */
export function dataPlaneSlots(
  native: NativeLibrary,
  plane: Pointer,
  slot_count: number,
): NativeSlots<Op, OpCode> {
  const writer = new SubmissionWriter(
    viewOf(native.tb_plane_submissions(plane), slot_count * SUBMISSION.size_bytes),
  );
  return {
    submit_list: new Uint32Array(viewOf(native.tb_plane_submit_list(plane), slot_count * 4)),
    completions: new DataView(viewOf(native.tb_plane_completions(plane), slot_count * COMPLETION.size_bytes)),
    codes: OP_CODES,
    write: (slot, op) => writer.write(slot, op),
    submit: (count) => native.tb_submit(plane, count),
    reap: () => native.tb_reap(plane),
    cancel: () => native.tb_cancel_waits(plane),
    now_ns: () => native.tb_now_ns(),
  };
}
