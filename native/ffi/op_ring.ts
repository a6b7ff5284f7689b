// Batches of ops through the native slots. There are fewer slots than ops may be wanted: ops beyond them wait here, in
// order, and take the slots that finished ops give back. A promise per batch resolves when its last op is done.

import { type Pointer, toArrayBuffer } from "bun:ffi";
import { assert, present } from "../../harness/domain/assert.ts";
import type { Op, OpCode, OpResult } from "./data_plane.ts";
import { COMPLETION, SUBMISSION } from "./native_layout.ts";
import { type NativeLibrary, pointerOf } from "./native_library.ts";
import { SubmissionWriter } from "./submission_writer.ts";

/** By tb_code. */
const CODES: readonly OpCode[] = [
  "ok",
  "corrupt",
  "stale",
  "peer_dead",
  "out_of_range",
  "io_error",
  "cancelled",
];

interface Batch {
  readonly results: OpResult[];
  left: number;
  readonly resolve: (results: readonly OpResult[]) => void;
}

interface PendingOp {
  readonly op: Op;
  readonly batch: Batch;
  readonly index: number;
}

export class OpRing {
  readonly #native: NativeLibrary;
  readonly #plane: Pointer;
  readonly #writer: SubmissionWriter;
  readonly #submit_list: Uint32Array;
  readonly #completions: DataView;
  /** Ops without a slot yet: [queue_head, length). */
  #queue: PendingOp[] = [];
  #queue_head = 0;
  readonly #free_slots: number[] = [];
  /** [slot_count]; null in free slots. */
  readonly #in_slots: (PendingOp | null)[];

  constructor(native: NativeLibrary, plane: Pointer, slot_count: number) {
    this.#native = native;
    this.#plane = plane;
    this.#writer = new SubmissionWriter(
      viewOf(native.tb_plane_submissions(plane), slot_count * SUBMISSION.size_bytes),
    );
    this.#submit_list = new Uint32Array(viewOf(native.tb_plane_submit_list(plane), slot_count * 4));
    this.#completions = new DataView(
      viewOf(native.tb_plane_completions(plane), slot_count * COMPLETION.size_bytes),
    );
    this.#in_slots = new Array(slot_count).fill(null);
    for (let slot = slot_count - 1; slot >= 0; slot--) this.#free_slots.push(slot);
  }

  /** Ops that native code has. */
  get in_flight(): number {
    return this.#in_slots.length - this.#free_slots.length;
  }

  submit(ops: readonly Op[]): Promise<readonly OpResult[]> {
    if (ops.length === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      const batch: Batch = { results: new Array(ops.length), left: ops.length, resolve };
      for (const [index, op] of ops.entries()) this.#queue.push({ op, batch, index });
      this.advance();
    });
  }

  /** Hands waiting ops to free slots and takes finished ones, until neither is possible; then native code will wake us. */
  advance(): void {
    do this.#submitQueued();
    while (this.#takeFinished() > 0 && this.#queue_head < this.#queue.length);
  }

  /** Ends the ops that native code does not have yet. */
  cancelQueued(): void {
    const end_ns = this.#native.tb_now_ns();
    const waiting = this.#queue.slice(this.#queue_head);
    this.#queue = [];
    this.#queue_head = 0;
    for (const pending of waiting) settle(pending, { code: "cancelled", end_ns, value: 0 });
  }

  #submitQueued(): void {
    while (this.#queue_head < this.#queue.length && this.#free_slots.length > 0) this.#submitGroup();
    if (this.#queue_head < this.#queue.length) return;
    this.#queue = [];
    this.#queue_head = 0;
  }

  /** Native code wakes us at the end of what one submit took: ops of different batches do not wait for each other. */
  #submitGroup(): void {
    const batch = this.#queue[this.#queue_head]?.batch;
    let count = 0;
    for (;;) {
      const pending = this.#queue[this.#queue_head];
      if (pending === undefined || pending.batch !== batch) break;
      const slot = this.#free_slots.pop();
      if (slot === undefined) break;
      this.#queue_head++;
      this.#in_slots[slot] = pending;
      this.#writer.write(slot, pending.op);
      this.#submit_list[count++] = slot;
    }
    assert(this.#native.tb_submit(this.#plane, count) >= 0, "native code knows every slot");
  }

  /** Reads until native code has nothing more and has armed its wake. */
  #takeFinished(): number {
    let taken = 0;
    for (
      let count = this.#native.tb_reap(this.#plane);
      count > 0;
      count = this.#native.tb_reap(this.#plane)
    ) {
      for (let i = 0; i < count; i++) this.#finish(i * COMPLETION.size_bytes);
      taken += count;
    }
    return taken;
  }

  #finish(at: number): void {
    const view = this.#completions;
    const slot = view.getUint32(at + COMPLETION.slot, true);
    const pending = present(this.#in_slots[slot], "a completion names a slot in use");
    this.#in_slots[slot] = null;
    this.#free_slots.push(slot);
    settle(pending, {
      code: present(
        CODES[view.getInt32(at + COMPLETION.code, true)],
        "native code uses the codes of tb_code",
      ),
      end_ns: view.getFloat64(at + COMPLETION.end_ns, true),
      value: view.getUint32(at + COMPLETION.value, true),
    });
  }
}

function settle(pending: PendingOp, result: OpResult): void {
  const batch = pending.batch;
  batch.results[pending.index] = result;
  batch.left--;
  if (batch.left === 0) batch.resolve(batch.results);
}

function viewOf(memory: Pointer | bigint | null, bytes: number): ArrayBuffer {
  return toArrayBuffer(present(pointerOf(memory), "an open plane has its arrays"), 0, bytes);
}
