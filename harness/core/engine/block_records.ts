// What an engine's pool knows of its blocks: 32 bytes each, two in a cache line, in plain memory.

import type { BlockHash } from "../../domain/block_hash.ts";

/** Hashes are ≥ 0. */
export const NO_HASH = -1;
export const NO_BLOCK = -1;

const RECORD_F64 = 4;
const RECORD_I32 = 8;
// f64 field
const HASH = 0;
// i32 fields, behind it
const REFERENCES = 2;
const TWIN = 3;
const PREVIOUS = 4;
const NEXT = 5;

export class BlockRecords {
  /** Ids are 0 … count − 1. */
  readonly count: number;
  readonly #f64: Float64Array;
  readonly #i32: Int32Array;

  /** Blocks without content that nobody references and no list links. */
  constructor(count: number) {
    this.count = count;
    this.#f64 = new Float64Array(RECORD_F64 * count);
    this.#i32 = new Int32Array(this.#f64.buffer);
    for (let block_id = 0; block_id < count; block_id++) {
      this.setHash(block_id, NO_HASH);
      this.setTwin(block_id, NO_BLOCK);
      this.setPrevious(block_id, NO_BLOCK);
      this.setNext(block_id, NO_BLOCK);
    }
  }

  /** What the block is cached under. */
  hash(block_id: number): number {
    return this.#f64[RECORD_F64 * block_id + HASH] as number;
  }

  setHash(block_id: number, hash: BlockHash | typeof NO_HASH): void {
    this.#f64[RECORD_F64 * block_id + HASH] = hash;
  }

  references(block_id: number): number {
    return this.#i32[RECORD_I32 * block_id + REFERENCES] as number;
  }

  setReferences(block_id: number, references: number): void {
    this.#i32[RECORD_I32 * block_id + REFERENCES] = references;
  }

  /** The next block of the same content. */
  twin(block_id: number): number {
    return this.#i32[RECORD_I32 * block_id + TWIN] as number;
  }

  setTwin(block_id: number, twin: number): void {
    this.#i32[RECORD_I32 * block_id + TWIN] = twin;
  }

  /** Neighbours in the free queue. */
  previous(block_id: number): number {
    return this.#i32[RECORD_I32 * block_id + PREVIOUS] as number;
  }

  setPrevious(block_id: number, previous: number): void {
    this.#i32[RECORD_I32 * block_id + PREVIOUS] = previous;
  }

  next(block_id: number): number {
    return this.#i32[RECORD_I32 * block_id + NEXT] as number;
  }

  setNext(block_id: number, next: number): void {
    this.#i32[RECORD_I32 * block_id + NEXT] = next;
  }
}
