import { expect, test } from "bun:test";
import type { BlockHash } from "../../domain/block_hash.ts";
import { blockObjectKey } from "../../domain/object_key.ts";
import { keptKeys } from "./kept_keys.ts";

test("a kept key is the one that blockObjectKey makes, for the shortest and the longest hash and a prefix beyond ASCII", () => {
  for (const prefix of ["m@", "\u{feff}模型@tp_rank:0@"]) {
    const keys = keptKeys(prefix);
    for (const hash of [0, 0xa0, 2 ** 31, 2 ** 32 + 5, 0x12_3456_789a_bcde, 2 ** 53 - 1] as BlockHash[]) {
      expect(keys.of(hash)).toBe(blockObjectKey(prefix, hash));
    }
  }
});

test("blocks that share a place do not share a key, and each comes back right", () => {
  const keys = keptKeys("m@");
  // 16,384 places: 7 and 7 + 16,384 lie in one; 7 + 2^40 in the same, with other high digits.
  const hashes = [7, 7 + 16_384, 7 + 2 ** 40] as BlockHash[];
  for (const hash of [...hashes, ...hashes]) expect(keys.of(hash)).toBe(blockObjectKey("m@", hash));
});
