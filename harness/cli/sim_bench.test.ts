import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SimBenchResult } from "./sim/sim_bench_run.ts";

const directory = mkdtempSync(join(tmpdir(), "tb-sim-bench-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function simBench(...args: readonly string[]): { exit_code: number; stdout: string; stderr: string } {
  const run = Bun.spawnSync([process.execPath, join(import.meta.dir, "sim_bench.ts"), ...args]);
  return { exit_code: run.exitCode, stdout: run.stdout.toString(), stderr: run.stderr.toString() };
}

test("a trace is simulated twice in one process, and comes to the same", () => {
  const trace = join(directory, "trace.jsonl");
  const lines = [
    { timestamp: 0, input_length: 1_100, output_length: 5, hash_ids: [1, 2, 3] },
    { timestamp: 900, input_length: 1_500, output_length: 7, hash_ids: [1, 2, 4] },
  ];
  writeFileSync(trace, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const { exit_code, stdout } = simBench("--trace", trace, "--json");
  expect(exit_code).toBe(0);
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as SimBenchResult);
  expect(rows).toHaveLength(3);
  expect(rows.pop()).toMatchObject({ host: { mix_ns: expect.any(Number), read_ns: expect.any(Number) } });
  for (const row of rows) {
    expect(row).toMatchObject({ nodes: 16, requests: 2, failed_requests: 0, output_tokens: 12 });
    expect([row.events, row.virtual_s, row.hit_ratio]).toEqual([
      rows[0]?.events ?? 0,
      rows[0]?.virtual_s ?? 0,
      1_024 / 2_600, // two blocks of 512 of all prompt tokens
    ]);
    expect(row.cpu_s).toBeGreaterThan(0);
  }
});

test("what cannot be measured is refused, with what to do", () => {
  const missing = simBench("--trace", join(directory, "none.jsonl"));
  expect(missing.exit_code).toBe(2);
  expect(missing.stderr).toContain("none.jsonl");
  const small = simBench("--max", "3");
  expect(small.exit_code).toBe(2);
  expect(small.stderr).toContain("--max: must be an integer of 1000 or more, got");
});
