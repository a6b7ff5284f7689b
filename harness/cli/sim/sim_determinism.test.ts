// The promise behind every simulated report: one seed, one set of bytes, whichever process says them.

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const out = mkdtempSync(join(tmpdir(), "tierbench-determinism-"));

afterAll(() => {
  rmSync(out, { recursive: true, force: true });
});

async function simulate(name: string): Promise<{ readonly requests: string; readonly summary: string }> {
  const path = join(out, name);
  const flags = ["--runtime", "sim", "--ab", "none", "--pairs", "1", "--seed", "7", "--out", path];
  const child = Bun.spawn({
    cmd: [process.execPath, join(import.meta.dir, "../bench.ts"), "2p1d", ...flags],
    stdout: "ignore",
    stderr: "pipe",
  });
  const said = await new Response(child.stderr).text();
  expect([await child.exited, said]).toEqual([0, expect.any(String)]);
  const [run = ""] = readdirSync(path);
  return {
    requests: readFileSync(join(path, run, "requests.jsonl"), "utf8"),
    summary: readFileSync(join(path, run, "summary.json"), "utf8"),
  };
}

test("two processes write the same requests.jsonl and summary.json for a seed", async () => {
  const [first, second] = await Promise.all([simulate("first"), simulate("second")]);
  expect(first.requests.split("\n").length).toBeGreaterThan(50);
  expect(second.requests === first.requests).toBe(true);
  expect(second.summary === first.summary).toBe(true);
}, 180_000);
