// Object keys of blocks in one namespace, as blockObjectKey says them: a simulated study asks for tens of millions. A key is written
// as bytes and decoded once, a third of what joining strings costs, and the one that was just looked up is kept for the load
// or save behind it. What a key is depends on nothing else, so engines of one process share a table.

import { BLOCK_HASH_DIGITS, type BlockHash } from "../../domain/block_hash.ts";
import type { KeySpace } from "../../domain/block_key_batch.ts";
import type { ObjectKey } from "../../domain/object_key.ts";

/** A power of two: 2 MB of keys. More would not fit caches, and be slower than writing the key again. */
const KEPT_BLOCKS = 16_384;
const LOW_DIGITS = 8;
const DIGITS: Uint8Array = new TextEncoder().encode("0123456789abcdef");
const DECODER: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

const TABLES = new Map<string, KeptKeys>();

/** Of the namespace whose keys begin with `prefix`. */
export function keptKeys(prefix: string): KeptKeys {
  const known = TABLES.get(prefix);
  if (known !== undefined) return known;
  const table = new KeptKeys(prefix);
  TABLES.set(prefix, table);
  return table;
}

export class KeptKeys implements KeySpace {
  readonly prefix: string;
  /** The prefix, and the digits of the key written last. */
  readonly #bytes: Uint8Array;
  /** Both by hash modulo KEPT_BLOCKS: another block takes the place. */
  readonly #keys: (ObjectKey | undefined)[] = new Array<ObjectKey | undefined>(KEPT_BLOCKS).fill(undefined);
  readonly #hashes: Float64Array = new Float64Array(KEPT_BLOCKS);

  constructor(prefix: string) {
    this.prefix = prefix;
    this.#bytes = new TextEncoder().encode(prefix + "0".repeat(BLOCK_HASH_DIGITS));
  }

  of(hash: BlockHash): ObjectKey {
    const place = hash & (KEPT_BLOCKS - 1);
    const kept = this.#keys[place];
    if (kept !== undefined && this.#hashes[place] === hash) return kept;
    const key = this.#write(hash);
    this.#keys[place] = key;
    this.#hashes[place] = hash;
    return key;
  }

  #write(hash: BlockHash): ObjectKey {
    const low = hash | 0; // the lower 32 bits
    const high = (hash / 2 ** 32) | 0;
    const end = this.#bytes.length;
    this.#writeHex(low, end, LOW_DIGITS);
    this.#writeHex(high, end - LOW_DIGITS, BLOCK_HASH_DIGITS - LOW_DIGITS);
    return DECODER.decode(this.#bytes);
  }

  /** The last `digits` of `value`, up to `end`. */
  #writeHex(value: number, end: number, digits: number): void {
    const bytes = this.#bytes;
    let left = value;
    for (let at = end - 1; at >= end - digits; at--) {
      bytes[at] = DIGITS[left & 15] as number;
      left >>>= 4;
    }
  }
}
