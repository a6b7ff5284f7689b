import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatConfigProblem } from "./config_problem.ts";
import { readHostFile } from "./host_file.ts";

const HOST = {
  host_name: "here",
  one_host: true,
  rpc_ns: 1,
  rpc_key_ns: 1,
  copy_ns: 1,
  copy_bytes_per_s: 1,
  disk_read_bytes_per_s: 1,
  disk_write_bytes_per_s: 1,
  disk_latency_ns: 0,
  disk_depth: 1,
  http_ns: 1,
  http_token_ns: 0,
  sse_ns: 1,
  step_lateness_us: 0,
  source: "a test",
};

function reading(text: string): string[] {
  const directory = mkdtempSync(join(tmpdir(), "tb-host-"));
  const path = join(directory, "host.json");
  writeFileSync(path, text);
  const read = readHostFile(path);
  rmSync(directory, { recursive: true, force: true });
  return read.ok ? [] : read.error.map(formatConfigProblem);
}

test("a profile as calibrate writes it is read", () => {
  expect(reading(JSON.stringify(HOST))).toEqual([]);
});

test("every wrong field is named, and so is a file that is no JSON", () => {
  const problems = reading(JSON.stringify({ ...HOST, rpc_ns: -1, disk_depth: 0 }));
  expect(problems.length).toBe(2);
  expect(problems.join("\n")).toMatch(/rpc_ns[\s\S]*disk_depth/);
  expect(reading("{")[0]).toContain("--host: must be a readable host profile");
});
