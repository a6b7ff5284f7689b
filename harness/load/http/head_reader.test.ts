import { expect, test } from "bun:test";
import { HeadReader } from "./head_reader.ts";

function read(reader: HeadReader, text: string): ReturnType<HeadReader["read"]> {
  const bytes = Buffer.from(`..${text}..`, "latin1");
  return reader.read(bytes, 2, 2 + text.length);
}

const OK = "HTTP/1.1 200 OK\r\nX-Number: 17";

test("a head that repeats the last one is the same head", () => {
  const reader = new HeadReader();
  const first = read(reader, OK);
  expect(first).toEqual({ status: 200, headers: new Map([["x-number", "17"]]) });
  expect(read(reader, OK)).toBe(first);
});

test("a head that differs from the last one in a byte is read anew", () => {
  const reader = new HeadReader();
  read(reader, OK);
  expect(read(reader, OK.replace("17", "18"))).toMatchObject({ headers: new Map([["x-number", "18"]]) });
  expect(read(reader, OK.replace("200", "500"))).toMatchObject({ status: 500 });
  expect(read(reader, `${OK}0`)).toMatchObject({ headers: new Map([["x-number", "170"]]) });
});

test("a head that breaks the protocol, or is too long to be kept, leaves the next one as it is", () => {
  const reader = new HeadReader();
  expect(read(reader, "HTTP/1.1 20 OK")).toBe('the status line is "HTTP/1.1 20 OK"');
  const long = `${OK}\r\nx-long: ${"a".repeat(5_000)}`;
  expect(read(reader, long)).toMatchObject({ status: 200 });
  expect(read(reader, OK)).toEqual({ status: 200, headers: new Map([["x-number", "17"]]) });
});
