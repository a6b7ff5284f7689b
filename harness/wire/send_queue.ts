// Frames on their way out of one connection. Those of one turn of the event loop leave in one write; what the kernel does
// not take waits for the socket to drain.

import { ByteWriter } from "./byte_writer.ts";
import type { Codec } from "./codec.ts";
import { writeFrame } from "./frame.ts";
import { MAX_UNSENT_BYTES } from "./limits.ts";

/** What a Bun socket does: takes what fits, returns how much that was (negative: closed). */
export interface WritableSocket {
  write(bytes: Uint8Array): number;
}

const COMPACT_BYTES = 1_048_576;

export class SendQueue {
  readonly #writer = new ByteWriter();
  #sent_bytes = 0;
  #socket: WritableSocket | null = null;
  #flush_queued = false;

  get unsent_bytes(): number {
    return this.#writer.length - this.#sent_bytes;
  }

  /** Queues a frame; returns what is wrong with it, in which case nothing is queued. */
  append<T>(call_id: number, kind: number, codec: Codec<T>, value: T): string | null {
    if (this.unsent_bytes > MAX_UNSENT_BYTES) return `${this.unsent_bytes} bytes are waiting to be sent`;
    const fault = writeFrame(this.#writer, call_id, kind, codec, value);
    if (fault === null) this.#queueFlush();
    return fault;
  }

  attach(socket: WritableSocket): void {
    this.#socket = socket;
    this.flush();
  }

  /** Forgets the socket and everything unsent. */
  detach(): void {
    this.#socket = null;
    this.#clear();
  }

  /** To be called when the socket has drained. */
  flush(): void {
    if (this.#socket === null || this.unsent_bytes === 0) return;
    const taken = this.#socket.write(this.#writer.written(this.#sent_bytes));
    this.#sent_bytes += Math.max(0, taken);
    if (this.unsent_bytes === 0) this.#clear();
    else if (this.#sent_bytes >= COMPACT_BYTES) {
      this.#writer.dropFront(this.#sent_bytes);
      this.#sent_bytes = 0;
    }
  }

  #clear(): void {
    this.#writer.truncate(0);
    this.#sent_bytes = 0;
  }

  #queueFlush(): void {
    if (this.#flush_queued) return;
    this.#flush_queued = true;
    queueMicrotask(() => {
      this.#flush_queued = false;
      this.flush();
    });
  }
}
