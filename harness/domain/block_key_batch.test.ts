import { expect, test } from "bun:test";
import type { BlockHash } from "./block_hash.ts";
import { type KeySpace, keyStrings } from "./block_key_batch.ts";
import { blockObjectKey } from "./object_key.ts";

function space(prefix: string): KeySpace {
  return { prefix, of: (hash) => blockObjectKey(prefix, hash) };
}

test("keys of a batch are block-major and begin at its first block", () => {
  const hashes = [9, 10, 11, 12] as BlockHash[];
  expect(keyStrings({ spaces: [space("a@"), space("b@")], hashes, first_block: 1, length: 4 })).toEqual([
    "a@0000000000000a",
    "b@0000000000000a",
    "a@0000000000000b",
    "b@0000000000000b",
  ]);
});
