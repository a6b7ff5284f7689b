import { expect, test } from "bun:test";
import { RecordChunks } from "../tier/record_chunks.ts";
import { KeyColumn } from "./key_column.ts";

const BLOCK = "model@tp_rank:0@pcp0@dcp0@pp_rank:0@group:0@00ffabc123456789";
/** Not sixteen lower-case digits at the end, one reason each; then block keys that differ in prefix, high and low half. */
const KEYS = [
  "k",
  "0123456789abcde",
  "model@00FFABC123456789",
  "model@00ffabc12345678g",
  "model@00ffabc1234567\u{108}9",
  "model@ffffffffffffffff",
  "other@ffffffffffffffff",
  "model@fffffffeffffffff",
  "model@fffffffffffffffe",
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

test("a row that is written again has the new key only", () => {
  const column = columnOf(["text", BLOCK]);
  column.clear(0);
  column.seek("model@0000000000000001");
  column.write(0);
  expect(column.read(0)).toBe("model@0000000000000001");
  column.seek("text");
  expect([column.matches(0), column.matches(1)]).toEqual([false, false]);
});
