// Text and numbers written straight into bytes that are used again and again. A prompt of token ids never is an array or a
// string on its way into a request, so it leaves no garbage, and the collector no reason to stop the client when a request is due.

const FIRST_CAPACITY_BYTES = 64 * 1024;
/** Of a UTF-16 code unit in UTF-8. */
const MAX_BYTES_PER_CHAR = 3;
/** Of a number below 2^31 and a comma. */
const MAX_BYTES_PER_NUMBER = 11;
const ZERO = 48;
const COMMA = 44;

export class TextWriter {
  #bytes = Buffer.allocUnsafe(FIRST_CAPACITY_BYTES);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  /** In UTF-8. */
  text(text: string): void {
    this.#reserve(text.length * MAX_BYTES_PER_CHAR);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** In decimal digits. value: whole, from 0 below 2^31. */
  number(value: number): void {
    this.#reserve(MAX_BYTES_PER_NUMBER);
    this.#length = writeDigits(this.#bytes, this.#length, value);
  }

  /** values[0, count), each as `number` and with a comma behind it. */
  numbers(values: ArrayLike<number>, count: number): void {
    this.#reserve(count * MAX_BYTES_PER_NUMBER);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < count; i++) {
      at = writeDigits(bytes, at, values[i] ?? 0);
      bytes[at++] = COMMA;
    }
    this.#length = at;
  }

  /** Ends a JSON array: its last comma, if it has one, goes. */
  endArray(): void {
    if (this.#bytes[this.#length - 1] === COMMA) this.#length--;
    this.text("]");
  }

  /** Of what was written since `clear`. */
  get length(): number {
    return this.#length;
  }

  copyTo(target: Buffer, at: number): void {
    this.#bytes.copy(target, at, 0, this.#length);
  }

  #reserve(more_bytes: number): void {
    const needed = this.#length + more_bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** The index behind the last digit. */
function writeDigits(bytes: Buffer, at: number, value: number): number {
  let end = at + 1;
  for (let limit = 10; value >= limit; limit *= 10) end++;
  let rest = value;
  for (let digit_at = end - 1; digit_at >= at; digit_at--) {
    const quotient = (rest / 10) | 0;
    bytes[digit_at] = ZERO + rest - quotient * 10;
    rest = quotient;
  }
  return end;
}
