import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { textLines } from "./text_lines.ts";

const directory = mkdtempSync(join(tmpdir(), "tierbench-lines-"));
afterAll(() => rmSync(directory, { recursive: true }));

function linesOf(text: string): string[] {
  const path = join(directory, "file.txt");
  writeFileSync(path, text);
  return [...textLines(path)].map(({ line_number, text: line }) => `${line_number}:${line}`);
}

test("lines are numbered from 1, with any line end, the last one with or without", () => {
  expect(linesOf("a\nb\r\n\nc\n")).toEqual(["1:a", "2:b", "3:", "4:c"]);
  expect(linesOf("a\nb")).toEqual(["1:a", "2:b"]);
  expect(linesOf("")).toEqual([]);
});

test("lines and characters that lie across two reads are whole", () => {
  // 262,144 bytes are read at a time; "é" takes bytes 262,143 and 262,144.
  const long = `${"x".repeat(262_143)}é${"y".repeat(300_000)}`;
  expect(linesOf(`${long}\nend\n`)).toEqual([`1:${long}`, "2:end"]);
});
