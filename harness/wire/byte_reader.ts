// Reads little-endian values from bytes that a peer sent. Nothing throws: the first thing wrong is kept as `fault`, and
// from then on every read gives zero or "", so that codecs need no checks of their own between fields.

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class ByteReader {
  fault: string | null = null;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  fail(fault: string): void {
    this.fault ??= `byte ${this.#offset}: ${fault}`;
  }

  u8(): number {
    return this.#take(1) ? (this.#bytes[this.#offset - 1] ?? 0) : 0;
  }

  u32(): number {
    return this.#take(4) ? this.#view.getUint32(this.#offset - 4, true) : 0;
  }

  f64(): number {
    return this.#take(8) ? this.#view.getFloat64(this.#offset - 8, true) : 0;
  }

  /** None when they are not all there. */
  i16s(count: number): number[] {
    const values: number[] = [];
    if (!this.#take(2 * count)) return values;
    for (let at = this.#offset - 2 * count; at < this.#offset; at += 2)
      values.push(this.#view.getInt16(at, true));
    return values;
  }

  /** u32 byte length, then UTF-8. */
  text(max_bytes: number): string {
    const length = this.u32();
    if (length > max_bytes) this.fail(`a string of ${length} bytes is over the limit of ${max_bytes}`);
    if (length === 0 || !this.#take(length)) return "";
    try {
      return DECODER.decode(this.#bytes.subarray(this.#offset - length, this.#offset));
    } catch {
      this.fail("a string is not UTF-8");
      return "";
    }
  }

  #take(bytes: number): boolean {
    if (this.fault !== null) return false;
    if (bytes > this.remaining) {
      this.fail(`${bytes} bytes are needed, ${this.remaining} are left`);
      return false;
    }
    this.#offset += bytes;
    return true;
  }
}
