import { expect, test } from "bun:test";
import { ByteWriter } from "./byte_writer.ts";
import {
  bool,
  boundedText,
  type Codec,
  columns,
  constant,
  decode,
  f64,
  integer,
  list,
  nullable,
  struct,
  text,
  u8,
  u32,
  union,
} from "./codec.ts";

function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new ByteWriter(1);
  codec.write(writer, value);
  expect(writer.fault).toBeNull();
  return writer.written().slice();
}

function expectRoundTrip<T>(codec: Codec<T>, value: T): void {
  expect(decode(codec, encode(codec, value))).toEqual({ ok: true, value });
}

type Shape =
  | { readonly kind: "circle"; readonly radius: number }
  | { readonly kind: "label"; readonly says: string | null };

const shape: Codec<Shape> = union<"kind", Shape>("kind", {
  circle: struct<Extract<Shape, { kind: "circle" }>>({ kind: constant("circle"), radius: f64 }),
  label: struct<Extract<Shape, { kind: "label" }>>({ kind: constant("label"), says: nullable(text) }),
});

test("every codec reads back what it wrote", () => {
  expectRoundTrip(u8, 255);
  expectRoundTrip(u32, 2 ** 32 - 1);
  expectRoundTrip(f64, -0.125);
  expectRoundTrip(integer, Number.MAX_SAFE_INTEGER);
  expectRoundTrip(integer, -900);
  expectRoundTrip(bool, true);
  expectRoundTrip(text, "");
  expectRoundTrip(text, "größe 鍵 🗝 \ufeff");
  expectRoundTrip(list(shape), [
    { kind: "circle", radius: 2 },
    { kind: "label", says: null },
    { kind: "label", says: "x" },
  ]);
  expectRoundTrip(columns<{ a: number; b: number }>({ a: list(u8), b: list(integer) }), [
    { a: 1, b: -1 },
    { a: 2, b: -2 },
  ]);
});

test("a struct takes the bytes of its fields and no more", () => {
  // u32 (4) + bool (1) + text "ab" (4 + 2) = 11
  const codec = struct<{ n: number; yes: boolean; name: string }>({ n: u32, yes: bool, name: text });
  expect(encode(codec, { n: 1, yes: false, name: "ab" }).length).toBe(11);
});

test("bytes that are cut short, too long or out of range are refused with the place of the fault", () => {
  expect(decode(u32, new Uint8Array([1, 2, 3]))).toEqual({
    ok: false,
    error: "byte 0: 4 bytes are needed, 3 are left",
  });
  expect(decode(u8, new Uint8Array([1, 2]))).toEqual({ ok: false, error: "byte 1: 1 bytes too many" });
  expect(decode(bool, new Uint8Array([2])).ok).toBe(false);
  expect(decode(shape, new Uint8Array([9])).ok).toBe(false);
  expect(decode(integer, encode(f64, 0.5)).ok).toBe(false);
  expect(decode(text, new Uint8Array([2, 0, 0, 0, 0xc3, 0x28])).ok).toBe(false); // no UTF-8
});

test("a count of four billion is refused before anything is built", () => {
  const bytes = new Uint8Array([255, 255, 255, 255, 1, 2, 3]);
  expect(decode(list(u8), bytes).ok).toBe(false);
  expect(decode(columns<{ a: number }>({ a: list(u8) }), bytes).ok).toBe(false);
});

test("a string over its limit is refused by the writer and by the reader", () => {
  const writer = new ByteWriter();
  boundedText(3).write(writer, "four");
  expect(writer.fault).toBe("a string of 4 bytes is over the limit of 3");
  expect(decode(boundedText(3), encode(text, "four")).ok).toBe(false);
});

test("columns of different lengths are refused", () => {
  const rows = struct<{ count: number; a: readonly number[]; b: readonly number[] }>({
    count: u32,
    a: list(u8),
    b: list(u8),
  });
  const bytes = encode(rows, { count: 2, a: [1, 2], b: [1] });
  expect(decode(columns<{ a: number; b: number }>({ a: list(u8), b: list(u8) }), bytes).ok).toBe(false);
});
