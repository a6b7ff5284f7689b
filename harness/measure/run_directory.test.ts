import { afterEach, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest } from "./manifest.ts";
import { readRun } from "./read_run.ts";
import { requestRecord } from "./request_fixture.ts";
import { RunDirectory } from "./run_directory.ts";
import type { RunEvent } from "./run_event.ts";

const roots: string[] = [];

function temporaryRoot(): string {
  const root = mkdtempSync(join(tmpdir(), "tierbench-run-"));
  roots.push(root);
  return root;
}

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

const STARTED = "2026-11-21T01:28:09.123Z";
const EVENT: RunEvent = { at_ns: 5, arm: "a", pair_index: 0, kind: "phase", detail: "load starts" };

const MANIFEST: Manifest = {
  schema_version: 1,
  scenario: "3p1d-preferred_segment",
  runtime: "live",
  argv: ["bench", "3p1d"],
  status: "running",
  reason: null,
  started_at: STARTED,
  finished_at: null,
  arms: [{ name: "off", factors: { preferred_segment: "off" }, config: { seed: 1 } }],
  config_diff: [],
  seeds: { base: 1, pairs: [7] },
  versions: { tierbench: "0.1.0", bun: "1.4.5", git_head: null, git_dirty: null },
  host: { cpu_model: "test", cpu_cores: 2, memory_bytes: 1, kernel: "Linux" },
  real: ["bytes"],
  modelled: ["GPU time"],
};

function create(root: string): RunDirectory {
  const made = RunDirectory.create(root, "3p1d", STARTED);
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

test("a run is named after its start and scenario, and a second of the same second gets a number", () => {
  const root = temporaryRoot();
  using first = create(root);
  using second = create(root);
  expect(first.path).toBe(join(root, "20261121T012809Z_3p1d"));
  expect(second.path).toBe(join(root, "20261121T012809Z_3p1d.2"));
  expect(readdirSync(first.path).sort()).toEqual(["events.jsonl", "hdr", "logs", "requests.jsonl"]);
});

test("what was appended is on disk before anything is closed, and reads back", () => {
  using run = create(temporaryRoot());
  expect(run.writeManifest(MANIFEST).ok).toBe(true);
  expect(run.appendRequest(requestRecord({ request_id: "s0/0" })).ok).toBe(true);
  expect(run.appendRequest(requestRecord({ request_id: "s0/1" })).ok).toBe(true);
  expect(run.appendEvent(EVENT).ok).toBe(true);
  const stored = readRun(run.path);
  if (!stored.ok) throw new Error(stored.error.message);
  expect(stored.value.records.map((record) => record.request_id)).toEqual(["s0/0", "s0/1"]);
  expect(stored.value).toMatchObject({ manifest: MANIFEST, summary: null, events: [EVENT], warnings: [] });
});

test("the manifest is replaced whole and leaves nothing beside it", () => {
  using run = create(temporaryRoot());
  run.writeManifest(MANIFEST);
  run.writeManifest({ ...MANIFEST, status: "interrupted", reason: "Ctrl-C" });
  expect(JSON.parse(readFileSync(join(run.path, "manifest.json"), "utf8"))).toMatchObject({
    status: "interrupted",
  });
  expect(readdirSync(run.path).some((name) => name.endsWith(".part"))).toBe(false);
});

test("a torn last line is left out and reported; a broken line before it is an error with its number", () => {
  using run = create(temporaryRoot());
  run.writeManifest(MANIFEST);
  run.appendRequest(requestRecord());
  appendFileSync(join(run.path, "requests.jsonl"), '{"arm":"a","pair_');
  const torn = readRun(run.path);
  if (!torn.ok) throw new Error(torn.error.message);
  expect(torn.value.records.length).toBe(1);
  expect(torn.value.warnings).toEqual(["requests.jsonl:2: torn last line (17 bytes)"]);
  appendFileSync(join(run.path, "requests.jsonl"), "\n");
  const broken = readRun(run.path);
  expect(broken.ok).toBe(false);
  if (!broken.ok) expect(broken.error.message).toContain("requests.jsonl:2");
});

test("histograms are written per latency metric with samples", () => {
  using run = create(temporaryRoot());
  expect(run.writeHistograms("hbm+cpu", [requestRecord()]).ok).toBe(true);
  const names = readdirSync(join(run.path, "hdr")).sort();
  expect(names).toEqual(
    ["e2el_ms", "itl_ms", "schedule_lag_ms", "tpot_ms", "ttft_ms"].map((m) => `hbm+cpu_${m}.hgrm`),
  );
  expect(readFileSync(join(run.path, "hdr", "hbm+cpu_ttft_ms.hgrm"), "utf8")).toContain("#[Max     =");
});

test("an out directory that is a file is a user error that names the flag", () => {
  const root = temporaryRoot();
  writeFileSync(join(root, "file"), "");
  for (const out of [join(root, "file"), join(root, "file", "below")]) {
    const made = RunDirectory.create(out, "3p1d", STARTED);
    expect(made.ok).toBe(false);
    if (!made.ok) expect(made.error).toMatchObject({ code: "not_writable" });
    if (!made.ok) expect(made.error.message).toContain("--out");
  }
});

test("reading what is no run says what is missing, and another schema is refused", () => {
  const root = temporaryRoot();
  const missing = readRun(root);
  expect(missing.ok ? null : missing.error.code).toBe("not_found");
  expect(existsSync(join(root, "manifest.json"))).toBe(false);
  writeFileSync(join(root, "manifest.json"), '{"schema_version":99}');
  const other = readRun(root);
  expect(other.ok ? null : other.error.message).toContain("schema_version 99");
});
