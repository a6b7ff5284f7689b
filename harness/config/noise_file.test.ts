import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatConfigProblem } from "./config_problem.ts";
import { readNoiseFile } from "./noise_file.ts";

const dir = mkdtempSync(join(tmpdir(), "tb-noise-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function reading(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  const read = readNoiseFile(path);
  return read.ok ? read.value.scenario : formatConfigProblem(read.error).replace(path, name);
}

const PROFILE = {
  ...{ schema_version: 1, measured_at: "2026-11-21T00:00:00Z", scenario: "1p1d_multi_turn", host: "h, live" },
  pairs: 4,
  metrics: [
    { metric: "ttft_ms_mean", unit: "percent", mean: 250, pair_sd: 1.5, within_sd: 1, between_sd: null },
  ],
};

test("a profile that noise wrote is read", () => {
  expect(reading("good.json", JSON.stringify(PROFILE))).toBe("1p1d_multi_turn");
});

test("what is no profile says what is wrong with it, and how to make one", () => {
  expect(reading("few.json", JSON.stringify({ ...PROFILE, pairs: 1 }))).toContain("pairs: ");
  expect(reading("torn.json", "{")).toStartWith("--noise: must be a noise profile (");
  expect(reading("torn.json", "{")).toEndWith("Make one with bun run noise.");
});
