import { expect, test } from "bun:test";
import type { BlockHash } from "../../domain/block_hash.ts";
import { blockObjectKey, keyPrefix } from "../../domain/object_key.ts";
import { RecordChunks } from "../tier/record_chunks.ts";
import { KeyColumn } from "./key_column.ts";

const BLOCK = "model@tp_rank:0@pcp0@dcp0@pp_rank:0@group:0@00ffabc123456789";
/** Not the digits of a hash at the end, one reason each; then block keys that differ in prefix, high and low half. */
const KEYS = [
  "k",
  "0123456789abc",
  "model@00FFABC123456789",
  "model@00ffabc12345678g",
  "model@00ffabc1234567\u{108}9",
  "model@ffffffffffffffff",
  "other@ffffffffffffffff",
  "model@fffffffeffffffff",
  "model@fffffffffffffffe",
  "0123456789abcd",
  "0123456789abcdef",
  BLOCK,
];

function columnOf(keys: readonly string[]): KeyColumn {
  const records = new RecordChunks(64);
  records.reserve(keys.length);
  const column = new KeyColumn(records);
  for (const [row, key] of keys.entries()) {
    column.seek(key);
    column.write(row);
  }
  return column;
}

test("every key is read back as it was written", () => {
  const column = columnOf(KEYS);
  expect(KEYS.map((_, row) => column.read(row))).toEqual(KEYS);
});

test("a row matches its own key only, and its hash is that of its key", () => {
  const column = columnOf(KEYS);
  for (const [row, key] of KEYS.entries()) {
    column.seek(key);
    expect(KEYS.map((_, other) => column.matches(other))).toEqual(KEYS.map((_, other) => other === row));
    expect(column.hashOf(row)).toBe(column.hash);
  }
});

test("a block is sought by its prefix and hash as by its key", () => {
  const blocks: readonly (readonly [prefix: string, hash: number])[] = [
    ["m@", 2 ** 53 - 1],
    ["m@", 2 ** 31 + 1],
    ["n@", 2 ** 53 - 1],
  ];
  const column = columnOf(blocks.map(([prefix, hash]) => blockObjectKey(prefix, hash as BlockHash)));
  for (const [row, [prefix, hash]] of blocks.entries()) {
    column.seekBlock(prefix, hash as BlockHash);
    expect(column.hash).toBe(column.hashOf(row));
    expect(blocks.map((_, other) => column.matches(other))).toEqual(blocks.map((_, other) => other === row));
  }
});

test("a row that is written again has the new key only", () => {
  const column = columnOf(["text", BLOCK]);
  column.clear(0);
  column.seek("model@0000000000000001");
  column.write(0);
  expect(column.read(0)).toBe("model@0000000000000001");
  column.seek("text");
  expect([column.matches(0), column.matches(1)]).toEqual([false, false]);
});

test("the key of a block is three numbers: of its prefix and of the halves of its hash", () => {
  const records = new RecordChunks(64);
  records.reserve(2);
  const column = new KeyColumn(records);
  const prefix = keyPrefix({ cache_prefix: "", model: "model", tp_rank: 0, pp_rank: 0, group: null });
  for (const [row, hash] of [0x0102_0000_0003, 0x1f_ffff_0000_0004].entries()) {
    column.seek(blockObjectKey(prefix, hash as BlockHash));
    column.write(row);
  }
  // Fields 8 to 10 of a row: one prefix, then the upper and the lower 32 bits.
  const fields = [0, 1].map((row) => [8, 9, 10].map((field) => records.i32(row, field)));
  expect(fields).toEqual([
    [0, 0x0102, 3],
    [0, 0x1f_ffff, 4],
  ]);
});

test("a key that is part of a text is the same key", () => {
  const records = new RecordChunks(64);
  records.reserve(2);
  const column = new KeyColumn(records);
  const prefix = keyPrefix({ cache_prefix: "", model: "model", tp_rank: 0, pp_rank: 0, group: null });
  const keys = [blockObjectKey(prefix, 7 as BlockHash), "a name", "0123456789abcde"]; // the last has a digit too few
  for (const [row, key] of keys.slice(0, 2).entries()) {
    column.seek(key);
    column.write(row);
  }
  const matches = keys.map((key) => {
    const text = `0123456789abcdef${key}f`; // what is around a part does not count
    column.seekIn(text, 16, 16 + key.length);
    return [column.matches(0), column.matches(1)];
  });
  expect(matches).toEqual([
    [true, false],
    [false, true],
    [false, false],
  ]);
});
