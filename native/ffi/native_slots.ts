// The slots of an opened plane as a ring sees them (op_ring.ts): the arrays that native code and JavaScript share, and the calls on them.

import { type Pointer, toArrayBuffer } from "bun:ffi";
import { present } from "../../harness/domain/assert.ts";
import { pointerOf } from "./native_library.ts";

export interface NativeSlots<Request, Code> {
  /** [slot_count]: the slots of the next submit, in order. */
  readonly submit_list: Uint32Array;
  /** [slot_count] of tb_completion. */
  readonly completions: DataView;
  /** By tb_code. */
  readonly codes: readonly Code[];
  write(slot: number, request: Request): void;
  /** Takes the first `count` slots of the submit list; negative when one does not exist. */
  submit(count: number): number;
  /** Moves what is done into `completions` and returns how many those are; 0 arms the next wake. */
  reap(): number;
  /** Ends what waits in these slots, where that is possible. */
  cancel(slots: readonly number[]): void;
  now_ns(): number;
}

/** Native memory of an opened plane, without a copy; valid until the plane is closed. */
export function viewOf(memory: Pointer | bigint | null, bytes: number): ArrayBuffer {
  return toArrayBuffer(present(pointerOf(memory), "an open plane has its arrays"), 0, bytes);
}
