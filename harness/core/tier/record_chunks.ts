// Records of a fixed size in chunks of plain memory: millions of them are a few arrays that the garbage collector does not look
// into, and growing copies nothing. A record is seen as f64 fields and as i32 fields; which of them mean what is the caller's layout.

import { assert } from "../../domain/assert.ts";

const CHUNK_RECORDS_LOG2 = 14;
const CHUNK_RECORDS = 1 << CHUNK_RECORDS_LOG2;
const IN_CHUNK = CHUNK_RECORDS - 1;
/** The first chunk starts this small and is the only one that is ever copied. */
const FIRST_RECORDS = 64;

export class RecordChunks {
  readonly #record_bytes: number;
  readonly #f64_stride: number;
  readonly #i32_stride: number;
  #f64: Float64Array[] = [];
  #i32: Int32Array[] = [];
  #capacity = 0;

  /** `record_bytes`: 4, or a multiple of 8. */
  constructor(record_bytes: number) {
    assert(record_bytes === 4 || record_bytes % 8 === 0, "a record is of whole fields");
    this.#record_bytes = record_bytes;
    this.#f64_stride = record_bytes / 8;
    this.#i32_stride = record_bytes / 4;
  }

  /** Makes room for `records` records; new ones are zero. */
  reserve(records: number): void {
    while (records > this.#capacity) this.#grow();
  }

  f64(record: number, field: number): number {
    const chunk = this.#f64[record >>> CHUNK_RECORDS_LOG2] as Float64Array;
    return chunk[(record & IN_CHUNK) * this.#f64_stride + field] as number;
  }

  setF64(record: number, field: number, value: number): void {
    const chunk = this.#f64[record >>> CHUNK_RECORDS_LOG2] as Float64Array;
    chunk[(record & IN_CHUNK) * this.#f64_stride + field] = value;
  }

  i32(record: number, field: number): number {
    const chunk = this.#i32[record >>> CHUNK_RECORDS_LOG2] as Int32Array;
    return chunk[(record & IN_CHUNK) * this.#i32_stride + field] as number;
  }

  setI32(record: number, field: number, value: number): void {
    const chunk = this.#i32[record >>> CHUNK_RECORDS_LOG2] as Int32Array;
    chunk[(record & IN_CHUNK) * this.#i32_stride + field] = value;
  }

  #grow(): void {
    if (this.#capacity >= CHUNK_RECORDS) {
      this.#push(new ArrayBuffer(CHUNK_RECORDS * this.#record_bytes));
      this.#capacity += CHUNK_RECORDS;
      return;
    }
    this.#capacity = Math.max(FIRST_RECORDS, 4 * this.#capacity);
    const larger = new ArrayBuffer(this.#capacity * this.#record_bytes);
    const first = this.#i32[0];
    if (first !== undefined) new Int32Array(larger).set(first);
    this.#f64 = [];
    this.#i32 = [];
    this.#push(larger);
  }

  #push(buffer: ArrayBuffer): void {
    this.#f64.push(new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8)));
    this.#i32.push(new Int32Array(buffer));
  }
}
