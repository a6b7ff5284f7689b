// Batches of requests through the fabric library's native slots. Requests beyond the slots wait here, in order: that is the
// back-pressure of a plane. A promise per batch resolves when its last request is done.

import { type Pointer, toArrayBuffer } from "bun:ffi";
import { assert, present } from "../../harness/domain/assert.ts";
import type { BlockIdentity } from "./data_plane.ts";
import type { FabricOpCode, FabricOpResult } from "./fabric_plane.ts";
import { COMPLETION } from "./native_layout.ts";
import { pointerOf } from "./native_library.ts";
import { RDMA_SUBMISSION } from "./rdma_layout.ts";
import type { RdmaLibrary } from "./rdma_library.ts";

/** By tb_fabric_code. */
const CODES: readonly FabricOpCode[] = [
  "ok",
  "peer_dead",
  "timeout",
  "dead_key",
  "out_of_range",
  "exhausted",
  "cancelled",
  "io_error",
  "corrupt",
  "stale",
];

const FLAG_VERIFY = 1;
const HIGH_RANGE = 2 ** 32;
const KINDS = { put: 1, get: 2, register: 3, deregister: 4 } as const;

/** A tb_fabric_submission. */
export interface RdmaRequest {
  readonly kind: keyof typeof KINDS;
  readonly region_id: number;
  readonly remote_id: number;
  readonly region_offset: number;
  readonly remote_offset: number;
  readonly bytes: number;
  readonly deadline_ns: number;
  readonly verify: BlockIdentity | null;
}

interface Batch {
  readonly results: FabricOpResult[];
  left: number;
  readonly resolve: (results: readonly FabricOpResult[]) => void;
}

interface Pending {
  readonly request: RdmaRequest;
  readonly batch: Batch;
  readonly index: number;
}

export class RdmaRing {
  readonly #native: RdmaLibrary;
  readonly #fabric: Pointer;
  readonly #submissions: DataView;
  readonly #submit_list: Uint32Array;
  readonly #completions: DataView;
  #queue: Pending[] = [];
  readonly #free_slots: number[] = [];
  /** [slot_count]; null in free slots. */
  readonly #in_slots: (Pending | null)[];

  constructor(native: RdmaLibrary, fabric: Pointer, slot_count: number) {
    this.#native = native;
    this.#fabric = fabric;
    const view = (memory: Pointer | bigint | null, bytes: number): ArrayBuffer =>
      toArrayBuffer(present(pointerOf(memory), "an open fabric has its arrays"), 0, bytes);
    this.#submissions = new DataView(
      view(native.tb_fabric_submissions(fabric), slot_count * RDMA_SUBMISSION.size_bytes),
    );
    this.#submit_list = new Uint32Array(view(native.tb_fabric_submit_list(fabric), slot_count * 4));
    this.#completions = new DataView(
      view(native.tb_fabric_completions(fabric), slot_count * COMPLETION.size_bytes),
    );
    this.#in_slots = new Array(slot_count).fill(null);
    for (let slot = slot_count - 1; slot >= 0; slot--) this.#free_slots.push(slot);
  }

  /** Requests that are not done. */
  get outstanding(): number {
    return this.#in_slots.length - this.#free_slots.length + this.#queue.length;
  }

  submit(requests: readonly RdmaRequest[], signal: AbortSignal | null): Promise<readonly FabricOpResult[]> {
    if (requests.length === 0) return Promise.resolve([]);
    const { promise, resolve } = Promise.withResolvers<readonly FabricOpResult[]>();
    const batch: Batch = { results: new Array(requests.length), left: requests.length, resolve };
    for (const [index, request] of requests.entries()) this.#queue.push({ request, batch, index });
    this.advance();
    return signal === null ? promise : this.#cancelOn(signal, batch, promise);
  }

  async #cancelOn<T>(signal: AbortSignal, batch: Batch, done: Promise<T>): Promise<T> {
    const cancel = () => this.#cancel(batch);
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel);
    try {
      return await done;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  /** Hands waiting requests to free slots and takes finished ones, until neither is possible; then native code will wake us. */
  advance(): void {
    do this.#submitQueued();
    while (this.#takeFinished() > 0 && this.#queue.length > 0);
  }

  cancelAll(): void {
    this.#cancel(null);
  }

  #cancel(batch: Batch | null): void {
    const end_ns = this.#native.tb_fabric_now_ns();
    const concerned = (pending: Pending) => batch === null || pending.batch === batch;
    const ended = this.#queue.filter(concerned);
    this.#queue = this.#queue.filter((pending) => !concerned(pending));
    for (const [slot, pending] of this.#in_slots.entries())
      if (pending !== null && concerned(pending)) this.#native.tb_fabric_cancel(this.#fabric, slot);
    for (const pending of ended) settle(pending, { code: "cancelled", end_ns, value: 0 });
  }

  #submitQueued(): void {
    while (this.#queue.length > 0 && this.#free_slots.length > 0) this.#submitGroup();
  }

  /** Native code wakes us at the end of what one submit took: requests of different batches do not wait for each other. */
  #submitGroup(): void {
    const batch = this.#queue[0]?.batch;
    let count = 0;
    for (const pending of this.#queue) {
      if (pending.batch !== batch) break;
      const slot = this.#free_slots.pop();
      if (slot === undefined) break;
      this.#in_slots[slot] = pending;
      this.#write(slot, pending.request);
      this.#submit_list[count++] = slot;
    }
    this.#queue = this.#queue.slice(count);
    assert(this.#native.tb_fabric_submit(this.#fabric, count) >= 0, "native code knows every slot");
  }

  #write(slot: number, request: RdmaRequest): void {
    const at = slot * RDMA_SUBMISSION.size_bytes;
    const view = this.#submissions;
    view.setUint32(at + RDMA_SUBMISSION.kind, KINDS[request.kind], true);
    view.setUint32(at + RDMA_SUBMISSION.region_id, request.region_id, true);
    view.setUint32(at + RDMA_SUBMISSION.remote_id, request.remote_id, true);
    view.setFloat64(at + RDMA_SUBMISSION.region_offset, request.region_offset, true);
    view.setFloat64(at + RDMA_SUBMISSION.remote_offset, request.remote_offset, true);
    view.setFloat64(at + RDMA_SUBMISSION.bytes, request.bytes, true);
    view.setFloat64(at + RDMA_SUBMISSION.deadline_ns, request.deadline_ns, true);
    view.setUint32(at + RDMA_SUBMISSION.flags, request.verify === null ? 0 : FLAG_VERIFY, true);
    if (request.verify === null) return;
    const { model_id, weights_version, hash } = request.verify;
    view.setUint32(at + RDMA_SUBMISSION.model_id, model_id, true);
    view.setUint32(at + RDMA_SUBMISSION.weights_version, weights_version, true);
    view.setUint32(at + RDMA_SUBMISSION.hash_low, hash % HIGH_RANGE, true);
    view.setUint32(at + RDMA_SUBMISSION.hash_high, Math.floor(hash / HIGH_RANGE), true);
  }

  /** Reads until native code has nothing more and has armed its wake. */
  #takeFinished(): number {
    let taken = 0;
    for (
      let count = this.#native.tb_fabric_reap(this.#fabric);
      count > 0;
      count = this.#native.tb_fabric_reap(this.#fabric)
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
        "native code uses the codes of tb_fabric_code",
      ),
      end_ns: view.getFloat64(at + COMPLETION.end_ns, true),
      value: view.getUint32(at + COMPLETION.value, true),
    });
  }
}

function settle(pending: Pending, result: FabricOpResult): void {
  const batch = pending.batch;
  batch.results[pending.index] = result;
  batch.left--;
  if (batch.left === 0) batch.resolve(batch.results);
}
