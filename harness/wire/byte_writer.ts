// A growing buffer that codecs write little-endian values to. The first limit broken is kept as `fault`; what is written
// after it is of no meaning, and the owner of the buffer takes the message back with `truncate`.

import { assert } from "../domain/assert.ts";

const ENCODER = new TextEncoder();

export class ByteWriter {
  fault: string | null = null;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #length = 0;

  constructor(capacity_bytes = 4096) {
    this.#bytes = new Uint8Array(capacity_bytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  /** A view of what was written from `start` on; valid until the next write. */
  written(start = 0): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(start, this.#length);
  }

  fail(fault: string): void {
    this.fault ??= fault;
  }

  truncate(length: number): void {
    assert(length <= this.#length, "a writer is cut to what it holds");
    this.#length = length;
    this.fault = null;
  }

  /** Drops the first `bytes`, which the caller has sent. */
  dropFront(bytes: number): void {
    assert(bytes <= this.#length, "only written bytes are dropped");
    this.#bytes.copyWithin(0, bytes, this.#length);
    this.#length -= bytes;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  i16s(values: readonly number[]): void {
    this.#reserve(2 * values.length);
    for (const value of values) {
      if ((value << 16) >> 16 !== value) assert(false, `a code has 16 bits, got ${value}`);
      this.#view.setInt16(this.#length, value, true);
      this.#length += 2;
    }
  }

  setU32(offset: number, value: number): void {
    assert(offset + 4 <= this.#length, "a patched field has been written");
    this.#view.setUint32(offset, value, true);
  }

  /** u32 byte length, then UTF-8. Returns the byte length. */
  text(value: string): number {
    this.#reserve(4 + 3 * value.length);
    const start = this.#length + 4;
    const { written } = ENCODER.encodeInto(value, this.#bytes.subarray(start));
    this.#view.setUint32(this.#length, written, true);
    this.#length = start + written;
    return written;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
