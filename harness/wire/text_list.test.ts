import { expect, test } from "bun:test";
import type { BlockHash } from "../domain/block_hash.ts";
import { blockObjectKey } from "../domain/object_key.ts";
import { ByteWriter } from "./byte_writer.ts";
import { decode } from "./codec.ts";
import { joinedKeys, objectKeys, textList } from "./text_list.ts";

function encoded(values: readonly string[]): Uint8Array {
  const writer = new ByteWriter();
  objectKeys.write(writer, values);
  expect(writer.fault).toBeNull();
  return writer.written().slice();
}

test("lists of any text come back: empty ones, empty strings, several bytes a letter", () => {
  for (const values of [[], [""], ["", "a", ""], ["a", "ü", "鍵", "🗝", "z"], ["x".repeat(1024)]]) {
    expect(decode(objectKeys, encoded(values))).toEqual({ ok: true, value: values });
  }
});

test("keys that are only looked up stay one text, of the same bytes", () => {
  const joined = { text: "aü鍵", bounds: [0, 1, 1, 3] }; // "a", "", "ü鍵"
  const bytes = encoded(["a", "", "ü鍵"]);
  expect(decode(joinedKeys, bytes)).toEqual({ ok: true, value: joined });
  const writer = new ByteWriter();
  joinedKeys.write(writer, joined);
  expect([...writer.written()]).toEqual([...bytes]);
});

test("keys of blocks cross as the strings that they are", () => {
  const space = { prefix: "m@", of: (hash: BlockHash) => blockObjectKey("m@", hash) };
  const writer = new ByteWriter();
  joinedKeys.write(writer, { spaces: [space], hashes: [1, 2] as BlockHash[], first_block: 1, length: 1 });
  expect([...writer.written()]).toEqual([...encoded(["m@00000000000002"])]);
});

test("a key of 1025 bytes is refused on both sides, also when it has fewer letters", () => {
  const writer = new ByteWriter();
  objectKeys.write(writer, ["ü".repeat(513)]); // 2 × 513 = 1026 bytes
  expect(writer.fault).toBe("a string of 1026 bytes is over the limit of 1024");
  const wide = new ByteWriter();
  textList(2000).write(wide, ["ü".repeat(513)]);
  expect(decode(objectKeys, wide.written()).ok).toBe(false);
  expect(decode(joinedKeys, wide.written()).ok).toBe(false);
});

test("lengths that do not add up to the joined text are refused", () => {
  const bytes = encoded(["ab", "cd"]);
  bytes[4] = 3; // First length: 3 + 2 units announced, 4 came.
  expect(decode(objectKeys, bytes)).toMatchObject({ ok: false });
});
