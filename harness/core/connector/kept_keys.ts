// Object keys of blocks in one namespace. A block that was looked up is loaded or saved soon after, and the next turn asks for it
// again: its key is made once while it is kept. What a key is depends on nothing else, so engines of one process share a table.

import type { BlockHash } from "../../domain/block_hash.ts";
import { blockObjectKey, type ObjectKey } from "../../domain/object_key.ts";

/** A power of two: 4 MB of keys, and several of the longest prompts. */
const KEPT_BLOCKS = 32_768;

const TABLES = new Map<string, KeptKeys>();

/** Of the namespace whose keys begin with `prefix`. */
export function keptKeys(prefix: string): KeptKeys {
  const known = TABLES.get(prefix);
  if (known !== undefined) return known;
  const table = new KeptKeys(prefix);
  TABLES.set(prefix, table);
  return table;
}

export class KeptKeys {
  readonly #prefix: string;
  /** Both by hash modulo KEPT_BLOCKS: another block takes the place. */
  readonly #keys: (ObjectKey | undefined)[] = new Array<ObjectKey | undefined>(KEPT_BLOCKS).fill(undefined);
  readonly #hashes: Float64Array = new Float64Array(KEPT_BLOCKS);

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  of(hash: BlockHash): ObjectKey {
    const place = hash & (KEPT_BLOCKS - 1);
    const kept = this.#keys[place];
    if (kept !== undefined && this.#hashes[place] === hash) return kept;
    const key = blockObjectKey(this.#prefix, hash);
    this.#keys[place] = key;
    this.#hashes[place] = hash;
    return key;
  }
}
