// Batches of requests through the native slots of a plane. There are fewer slots than requests may be wanted: those beyond them
// wait here, in order, and take the slots that finished ones give back, which is the back-pressure of a plane. A promise per
// batch resolves when its last request is done.

import { assert, present } from "../../harness/domain/assert.ts";
import { COMPLETION } from "./native_layout.ts";
import type { NativeSlots } from "./native_slots.ts";

export interface RingResult<Code> {
  readonly code: Code | "cancelled";
  /** CLOCK_MONOTONIC. */
  readonly end_ns: number;
  /** Of tb_completion. */
  readonly value: number;
}

interface Batch<Code> {
  /** [requests], in their order. */
  readonly results: RingResult<Code>[];
  left: number;
  readonly resolve: (results: readonly RingResult<Code>[]) => void;
}

interface Pending<Request, Code> {
  readonly request: Request;
  readonly batch: Batch<Code>;
  readonly index: number;
}

export class OpRing<Request, Code> {
  readonly #slots: NativeSlots<Request, Code>;
  /** Requests without a slot yet: [queue_head, length). */
  #queue: Pending<Request, Code>[] = [];
  #queue_head = 0;
  readonly #free_slots: number[] = [];
  /** [slot_count]; null in free slots. */
  readonly #in_slots: (Pending<Request, Code> | null)[];

  constructor(slots: NativeSlots<Request, Code>) {
    this.#slots = slots;
    const slot_count = slots.submit_list.length;
    this.#in_slots = new Array(slot_count).fill(null);
    for (let slot = slot_count - 1; slot >= 0; slot--) this.#free_slots.push(slot);
  }

  /** Requests that native code has. None: none waits either. */
  get in_flight(): number {
    return this.#in_slots.length - this.#free_slots.length;
  }

  /** `signal`: when it fires, the batch's requests are cancelled as by cancelAll. */
  submit(
    requests: readonly Request[],
    signal: AbortSignal | null = null,
  ): Promise<readonly RingResult<Code>[]> {
    if (requests.length === 0) return Promise.resolve([]);
    const { promise, resolve } = Promise.withResolvers<readonly RingResult<Code>[]>();
    const batch: Batch<Code> = { results: new Array(requests.length), left: requests.length, resolve };
    for (const [index, request] of requests.entries()) this.#queue.push({ request, batch, index });
    this.advance();
    return signal === null ? promise : this.#cancelOn(signal, batch, promise);
  }

  /** Hands waiting requests to free slots and takes finished ones, until neither is possible; then native code will wake us. */
  advance(): void {
    do this.#submitQueued();
    while (this.#takeFinished() > 0 && this.#queue_head < this.#queue.length);
  }

  /** Ends the requests that native code does not have yet, and asks it to end those that it can. */
  cancelAll(): void {
    this.#cancel(null);
  }

  async #cancelOn<T>(signal: AbortSignal, batch: Batch<Code>, done: Promise<T>): Promise<T> {
    const cancel = () => this.#cancel(batch);
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel);
    try {
      return await done;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  #cancel(batch: Batch<Code> | null): void {
    const concerns = (pending: Pending<Request, Code>): boolean => batch === null || pending.batch === batch;
    const waiting = this.#queue.slice(this.#queue_head);
    this.#queue = waiting.filter((pending) => !concerns(pending));
    this.#queue_head = 0;
    const end_ns = this.#slots.now_ns();
    this.#slots.cancel(
      this.#in_slots.flatMap((pending, slot) => (pending !== null && concerns(pending) ? [slot] : [])),
    );
    for (const pending of waiting.filter(concerns)) settle(pending, { code: "cancelled", end_ns, value: 0 });
  }

  #submitQueued(): void {
    while (this.#queue_head < this.#queue.length && this.#free_slots.length > 0) this.#submitGroup();
    if (this.#queue_head < this.#queue.length) return;
    this.#queue = [];
    this.#queue_head = 0;
  }

  /** Native code wakes us at the end of what one submit took: requests of different batches do not wait for each other. */
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
      this.#slots.write(slot, pending.request);
      this.#slots.submit_list[count++] = slot;
    }
    assert(this.#slots.submit(count) >= 0, "native code knows every slot");
  }

  /** Reads until native code has nothing more and has armed its wake. */
  #takeFinished(): number {
    let taken = 0;
    for (let count = this.#slots.reap(); count > 0; count = this.#slots.reap()) {
      for (let i = 0; i < count; i++) this.#finish(i * COMPLETION.size_bytes);
      taken += count;
    }
    return taken;
  }

  #finish(at: number): void {
    const view = this.#slots.completions;
    const slot = view.getUint32(at + COMPLETION.slot, true);
    const pending = present(this.#in_slots[slot], "a completion names a slot in use");
    this.#in_slots[slot] = null;
    this.#free_slots.push(slot);
    const code = this.#slots.codes[view.getInt32(at + COMPLETION.code, true)];
    settle(pending, {
      code: present(code, "native code uses the codes of tb_code"),
      end_ns: view.getFloat64(at + COMPLETION.end_ns, true),
      value: view.getUint32(at + COMPLETION.value, true),
    });
  }
}

function settle<Request, Code>({ batch, index }: Pending<Request, Code>, result: RingResult<Code>): void {
  batch.results[index] = result;
  batch.left--;
  if (batch.left === 0) batch.resolve(batch.results);
}
