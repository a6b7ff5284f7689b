// The keys of rows. A block's key ends in its hash, in hexadecimal digits (domain/object_key.ts): what is before them is shared by
// millions of keys and kept once, and the digits are two numbers in the row's record. Any other key is kept as a string.
//
//   keys.seek(key)                  makes `hash` and `matches` speak of this key
//   keys.seekIn(text, start, end)   of the key that is this part of a text
//   keys.seekBlock(prefix, hash)    of the key of a block

import { present } from "../../domain/assert.ts";
import { BLOCK_HASH_DIGITS, type BlockHash } from "../../domain/block_hash.ts";
import { blockObjectKey, type ObjectKey } from "../../domain/object_key.ts";
import type { RecordChunks } from "../tier/record_chunks.ts";
import type { Row } from "./object_row.ts";

/** Digits of the lower 32 bits; the others are the high half. */
const LOW_DIGITS = 8;
const HIGH_DIGITS: number = BLOCK_HASH_DIGITS - LOW_DIGITS;
/** Prefixes that are not the start of many keys would only fill memory. */
const MAX_PREFIXES = 65_536;
const NO_PREFIX = -1;
const NOT_HEX = -1;

/** By ASCII code; 16 is no digit. */
const DIGIT_OF_CODE: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = "0123456789abcdef".indexOf(String.fromCharCode(code));
  return digit === -1 ? 16 : digit;
});

// i32 fields of an object's record
const PREFIX = 8;
const HIGH = 9;
const LOW = 10;

export class KeyColumn {
  readonly #records: RecordChunks;
  readonly #prefixes: string[] = [];
  readonly #prefix_numbers = new Map<string, number>();
  readonly #texts = new Map<Row, ObjectKey>();
  /** The prefix met last: a batch of keys has one. */
  #last_prefix = "";
  #last_number = NO_PREFIX;
  // The key sought.
  #key: ObjectKey | null = null;
  #prefix = NO_PREFIX;
  #high = 0;
  #low = 0;
  #hash = 0;

  constructor(records: RecordChunks) {
    this.#records = records;
  }

  /** Of the key sought: 32 bits. */
  get hash(): number {
    return this.#hash;
  }

  seek(key: ObjectKey): void {
    if (key === this.#key) return; // a put looks for its key before it inserts it
    this.seekIn(key, 0, key.length);
    this.#key = key;
  }

  seekIn(text: string, start: number, end: number): void {
    this.#key = null;
    const at = end - BLOCK_HASH_DIGITS;
    const high = at < start ? NOT_HEX : hexNumber(text, at, at + HIGH_DIGITS);
    const low = high === NOT_HEX ? NOT_HEX : hexNumber(text, at + HIGH_DIGITS, end);
    this.#prefix = low === NOT_HEX ? NO_PREFIX : this.#prefixNumber(text, start, at);
    if (this.#prefix === NO_PREFIX) {
      this.#key = text.slice(start, end);
      this.#hash = hashOfText(this.#key);
      return;
    }
    this.#seekDigits(high | 0, low | 0);
  }

  seekBlock(prefix: string, hash: BlockHash): void {
    const is_last = prefix === this.#last_prefix && this.#last_number !== NO_PREFIX;
    this.#prefix = is_last ? this.#last_number : this.#prefixNumber(prefix, 0, prefix.length);
    if (this.#prefix === NO_PREFIX) this.seek(blockObjectKey(prefix, hash));
    else this.#seekDigits((hash / 2 ** 32) | 0, hash | 0);
  }

  #seekDigits(high: number, low: number): void {
    this.#key = null;
    this.#high = high;
    this.#low = low;
    this.#hash = hashOfBlock(this.#prefix, high, low);
  }

  /** Whether the row has the key sought. */
  matches(row: Row): boolean {
    const records = this.#records;
    if (records.i32(row, PREFIX) !== this.#prefix) return false;
    if (this.#prefix === NO_PREFIX) return this.#texts.get(row) === this.#key;
    return records.i32(row, LOW) === this.#low && records.i32(row, HIGH) === this.#high;
  }

  /** Gives the row the key sought. */
  write(row: Row): void {
    this.#records.setI32(row, PREFIX, this.#prefix);
    this.#records.setI32(row, HIGH, this.#high);
    this.#records.setI32(row, LOW, this.#low);
    if (this.#prefix === NO_PREFIX) this.#texts.set(row, present(this.#key, "a key was sought"));
  }

  /** Forgets the row's key. */
  clear(row: Row): void {
    this.#texts.delete(row);
  }

  read(row: Row): ObjectKey {
    const prefix = this.#records.i32(row, PREFIX);
    if (prefix === NO_PREFIX) return present(this.#texts.get(row), "a row without a prefix has a text");
    const text = present(this.#prefixes[prefix], "a row names a known prefix");
    const high = hexDigits(this.#records.i32(row, HIGH), HIGH_DIGITS);
    return text + high + hexDigits(this.#records.i32(row, LOW), LOW_DIGITS);
  }

  hashOf(row: Row): number {
    const prefix = this.#records.i32(row, PREFIX);
    if (prefix === NO_PREFIX) return hashOfText(this.read(row));
    return hashOfBlock(prefix, this.#records.i32(row, HIGH), this.#records.i32(row, LOW));
  }

  #prefixNumber(text: string, start: number, end: number): number {
    const is_last = end - start === this.#last_prefix.length && text.startsWith(this.#last_prefix, start);
    if (is_last && this.#last_number !== NO_PREFIX) return this.#last_number;
    const prefix = text.slice(start, end);
    let number = this.#prefix_numbers.get(prefix);
    if (number === undefined) {
      if (this.#prefixes.length === MAX_PREFIXES) return NO_PREFIX;
      number = this.#prefixes.push(prefix) - 1;
      this.#prefix_numbers.set(prefix, number);
    }
    this.#last_prefix = prefix;
    this.#last_number = number;
    return number;
  }
}

/** The lower-case digits [start, end), at most eight, as a number below 2^32, or NOT_HEX. */
function hexNumber(text: string, start: number, end: number): number {
  let value = 0;
  let all = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    const digit = DIGIT_OF_CODE[code & 0x7f] as number;
    value = (value << 4) | digit;
    all |= digit | (code & ~0x7f);
  }
  return all > 15 ? NOT_HEX : value >>> 0;
}

function hexDigits(half: number, digits: number): string {
  return (half >>> 0).toString(16).padStart(digits, "0");
}

function hashOfBlock(prefix: number, high: number, low: number): number {
  let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high + prefix, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

function hashOfText(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
