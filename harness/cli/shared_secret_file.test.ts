import { afterAll, afterEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSharedSecret } from "./shared_secret_file.ts";

const directory = mkdtempSync(join(tmpdir(), "tierbench-secret-"));
const path = join(directory, "secret");
afterEach(() => {
  delete process.env["TIERBENCH_SECRET_FILE"];
});
afterAll(() => rmSync(directory, { recursive: true }));

function problemOf(text: string, mode: number): string {
  writeFileSync(path, text);
  chmodSync(path, mode);
  process.env["TIERBENCH_SECRET_FILE"] = path;
  const read = readSharedSecret();
  return read.ok ? "none" : read.error;
}

test("without the variable there is no secret", () => {
  expect(readSharedSecret()).toEqual({ ok: true, value: null });
});

test("a file that others can read, one that is too short and one that is not there are refused, and none is quoted", () => {
  expect(problemOf("0123456789abcdef0123456789abcdef\n", 0o644)).toContain("got mode 0644. Run chmod 600");
  const short = problemOf("tooshort", 0o600);
  expect(short).toContain("must have at least 16 bytes, got 8");
  expect(short).not.toContain("tooshort");
  expect(problemOf("0123456789abcdef", 0o600)).toBe("none");
  process.env["TIERBENCH_SECRET_FILE"] = join(directory, "none");
  expect(readSharedSecret()).toMatchObject({ ok: false });
});

test("a secret shows neither in JSON nor when it is printed", () => {
  expect(problemOf("0123456789abcdef", 0o600)).toBe("none");
  const read = readSharedSecret();
  expect(`${JSON.stringify(read)} ${Bun.inspect(read)}`).not.toContain("0123456789abcdef");
});
