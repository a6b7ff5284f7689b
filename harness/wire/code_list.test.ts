import { expect, test } from "bun:test";
import { ByteWriter } from "./byte_writer.ts";
import { codeList } from "./code_list.ts";
import { decode } from "./codec.ts";

test("codes take a count and two bytes each, and come back as they were", () => {
  const codes = [0, 1, -1, -706, 32_767, -32_768];
  const writer = new ByteWriter(1);
  codeList.write(writer, codes);
  expect(writer.length).toBe(4 + 2 * 6);
  expect(decode(codeList, writer.written())).toEqual({ ok: true, value: codes });
});

test("a number that is no code is not cut to one", () => {
  expect(() => codeList.write(new ByteWriter(), [32_768])).toThrow("a code has 16 bits");
  expect(() => codeList.write(new ByteWriter(), [0.5])).toThrow("a code has 16 bits");
});

test("a list that ends early is a fault", () => {
  // Three codes announced, five bytes there.
  expect(decode(codeList, new Uint8Array([3, 0, 0, 0, 1, 0, 1, 0, 1])).ok).toBe(false);
});
