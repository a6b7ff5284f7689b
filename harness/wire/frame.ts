// A frame: u32 length of what follows, u32 call id, u8 kind, payload. In a request the kind is the op's code; in a reply it
// is REPLY_OK or REPLY_ERROR. All little-endian.
//
// A server with a secret speaks first: CHALLENGE, call id 0. The client answers PROOF, call id 0, before any request; a REPLY_ERROR with
// call id 0 refuses it, and the connection ends.

import { err, ok, type Result } from "../domain/result.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { type Codec, struct, text } from "./codec.ts";
import { MAX_MESSAGE_BYTES } from "./limits.ts";

export const REPLY_OK = 0;
export const REPLY_ERROR = 255;
/** From the server: what is to be proved. */
export const CHALLENGE = 1;
/** From the client; no op has this code. */
export const PROOF = 255;
/** Of frames that belong to the connection and no call. */
export const NO_CALL = 0;

/** Payload of CHALLENGE and PROOF: a nonce, its HMAC (shared_secret.ts). */
export const challenge: Codec<{ readonly nonce: string }> = struct<{ readonly nonce: string }>({
  nonce: text,
});
export const proof: Codec<{ readonly proof: string }> = struct<{ readonly proof: string }>({ proof: text });

/** Payload of REPLY_ERROR: why the peer did not answer. */
export const replyError: Codec<{ readonly detail: string }> = struct<{ readonly detail: string }>({
  detail: text,
});

const LENGTH_BYTES = 4;
const HEADER_BYTES = 5;
const INITIAL_CAPACITY_BYTES = 65_536;

/** Appends a frame. A value over a limit appends nothing and returns what is wrong. */
export function writeFrame<T>(
  writer: ByteWriter,
  call_id: number,
  kind: number,
  codec: Codec<T>,
  value: T,
): string | null {
  const start = writer.length;
  writer.u32(0);
  writer.u32(call_id);
  writer.u8(kind);
  codec.write(writer, value);
  const length = writer.length - start - LENGTH_BYTES;
  if (length > MAX_MESSAGE_BYTES) {
    writer.fail(`a message of ${length} bytes is over the limit of ${MAX_MESSAGE_BYTES}`);
  }
  const fault = writer.fault;
  if (fault !== null) writer.truncate(start);
  else writer.setU32(start, length);
  return fault;
}

/** `payload` is a view that is valid during the call only. */
export type OnFrame = (call_id: number, kind: number, payload: Uint8Array) => void;

/** Cuts a byte stream into frames. */
export class FrameReader {
  /** Longest frame that is read. */
  limit_bytes: number = MAX_MESSAGE_BYTES;
  readonly #onFrame: OnFrame;
  #held = new Uint8Array(INITIAL_CAPACITY_BYTES);
  #held_bytes = 0;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** An error means that the stream can no longer be cut: the connection must be closed. */
  push(chunk: Uint8Array): Result<void, string> {
    if (this.#held_bytes === 0) {
      const used = this.#emitFrames(chunk);
      if (used.ok) this.#hold(chunk.subarray(used.value));
      return used.ok ? ok(undefined) : used;
    }
    this.#hold(chunk);
    const used = this.#emitFrames(this.#held.subarray(0, this.#held_bytes));
    if (!used.ok) return used;
    this.#held.copyWithin(0, used.value, this.#held_bytes);
    this.#held_bytes -= used.value;
    return ok(undefined);
  }

  /** Returns how many bytes the complete frames took. */
  #emitFrames(bytes: Uint8Array): Result<number, string> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let start = 0;
    while (bytes.length - start >= LENGTH_BYTES) {
      const length = view.getUint32(start, true);
      if (length < HEADER_BYTES || length > this.limit_bytes) {
        return err(`a frame has ${HEADER_BYTES} to ${this.limit_bytes} bytes, got ${length}`);
      }
      const body = start + LENGTH_BYTES;
      if (bytes.length - body < length) break;
      this.#onFrame(
        view.getUint32(body, true),
        view.getUint8(body + 4),
        bytes.subarray(body + HEADER_BYTES, body + length),
      );
      start = body + length;
    }
    return ok(start);
  }

  #hold(chunk: Uint8Array): void {
    const needed = this.#held_bytes + chunk.length;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#held.length));
      grown.set(this.#held.subarray(0, this.#held_bytes));
      this.#held = grown;
    }
    this.#held.set(chunk, this.#held_bytes);
    this.#held_bytes = needed;
  }
}
