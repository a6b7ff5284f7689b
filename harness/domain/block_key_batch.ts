// Keys of blocks that follow each other, as what they are made of: who looks them up in the same process needs no strings.

import type { BlockHash } from "./block_hash.ts";
import type { ObjectKey } from "./object_key.ts";

/** The keys of one namespace. */
export interface KeySpace {
  readonly prefix: string;
  /** As blockObjectKey. */
  of(hash: BlockHash): ObjectKey;
}

/** Block-major: the first block in every space, then the next. */
export interface BlockKeyBatch {
  readonly spaces: readonly KeySpace[];
  readonly hashes: readonly BlockHash[];
  /** Into the hashes; the batch ends with its length. */
  readonly first_block: number;
  /** Keys: blocks × spaces. */
  readonly length: number;
}

export function keyStrings({ spaces, hashes, first_block, length }: BlockKeyBatch): ObjectKey[] {
  const keys = new Array<ObjectKey>(length);
  const blocks = length / spaces.length;
  for (const [i, space] of spaces.entries()) {
    for (let block = 0; block < blocks; block++)
      keys[block * spaces.length + i] = space.of(hashes[first_block + block] as BlockHash);
  }
  return keys;
}
