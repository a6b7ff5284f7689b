// The directory of one run (DESIGN.md, "Run directory"):
//
//   <out>/<utc>_<scenario>/  manifest.json  requests.jsonl  events.jsonl  summary.json  hdr/*.hgrm  logs/
//
// Lines of requests and events are on disk as soon as they are appended; manifest and summary are replaced whole (written
// beside, then renamed), so that a reader never sees half of one. Reports are written by whoever renders them.

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RequestRecord } from "../domain/request_record.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { hgrmOf } from "../stats/latency_histogram.ts";
import { JsonlFile } from "./jsonl_file.ts";
import { LATENCY_METRIC_DEFINITIONS } from "./latency_metrics.ts";
import type { Manifest } from "./manifest.ts";
import { type RunDirectoryError, wordCreateError, wordFsError } from "./run_directory_error.ts";
import type { RunEvent } from "./run_event.ts";
import { LATENCY_METRICS, type RunSummary } from "./run_summary.ts";

export const RUN_FILES = {
  manifest: "manifest.json",
  requests: "requests.jsonl",
  events: "events.jsonl",
  summary: "summary.json",
  hdr: "hdr",
  logs: "logs",
} as const;

export class RunDirectory implements Disposable {
  readonly path: string;
  readonly logs_path: string;
  readonly #requests: JsonlFile;
  readonly #events: JsonlFile;

  private constructor(path: string, requests: JsonlFile, events: JsonlFile) {
    this.path = path;
    this.logs_path = join(path, RUN_FILES.logs);
    this.#requests = requests;
    this.#events = events;
  }

  /** `started_at`: ISO 8601 UTC. A second run of the same second and scenario gets a numbered directory. */
  static create(out: string, scenario: string, started_at: string): Result<RunDirectory, RunDirectoryError> {
    const path = makeDirectory(out, `${compactUtc(started_at)}_${scenario}`);
    if (!path.ok) return path;
    const requests = JsonlFile.open(join(path.value, RUN_FILES.requests));
    if (!requests.ok) return requests;
    const events = JsonlFile.open(join(path.value, RUN_FILES.events));
    if (!events.ok) return events;
    return ok(new RunDirectory(path.value, requests.value, events.value));
  }

  appendRequest(record: RequestRecord): Result<void, RunDirectoryError> {
    return this.#requests.append(record);
  }

  appendEvent(event: RunEvent): Result<void, RunDirectoryError> {
    return this.#events.append(event);
  }

  writeManifest(manifest: Manifest): Result<void, RunDirectoryError> {
    return this.write(RUN_FILES.manifest, toJson(manifest));
  }

  writeSummary(summary: RunSummary): Result<void, RunDirectoryError> {
    return this.write(RUN_FILES.summary, toJson(summary));
  }

  /** One `hdr/<arm>_<metric>.hgrm` per arm and latency metric that has samples. */
  writeHistograms(arm: string, records: readonly RequestRecord[]): Result<void, RunDirectoryError> {
    for (const name of LATENCY_METRICS) {
      const samples_ms = records.flatMap((record) => LATENCY_METRIC_DEFINITIONS[name].of(record));
      if (samples_ms.length === 0) continue;
      const written = this.write(join(RUN_FILES.hdr, `${fileSafe(arm)}_${name}.hgrm`), hgrmOf(samples_ms));
      if (!written.ok) return written;
    }
    return ok(undefined);
  }

  /** Replaces `name` (relative to the directory) whole. */
  write(name: string, text: string): Result<void, RunDirectoryError> {
    const path = join(this.path, name);
    try {
      writeFileSync(`${path}.part`, text);
      renameSync(`${path}.part`, path);
      return ok(undefined);
    } catch (cause) {
      return err(wordFsError(path, cause));
    }
  }

  [Symbol.dispose](): void {
    this.#requests[Symbol.dispose]();
    this.#events[Symbol.dispose]();
  }
}

const SAME_SECOND_MAX = 100;

function makeDirectory(out: string, name: string): Result<string, RunDirectoryError> {
  try {
    mkdirSync(out, { recursive: true });
    for (let i = 1; i <= SAME_SECOND_MAX; i++) {
      const path = join(out, i === 1 ? name : `${name}.${i}`);
      if (!claimDirectory(path)) continue;
      mkdirSync(join(path, RUN_FILES.hdr));
      mkdirSync(join(path, RUN_FILES.logs));
      return ok(path);
    }
  } catch (cause) {
    return err(wordCreateError(out, cause));
  }
  return err({ code: "io", message: `${out}: ${SAME_SECOND_MAX} runs named ${name} exist. Remove some.` });
}

/** Creating is the test, so that two runs never share a directory. */
function claimDirectory(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
    throw cause;
  }
}

/** `2026-11-21T01:28:09.123Z` → `20261121T012809Z` */
function compactUtc(iso: string): string {
  return `${iso.slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function fileSafe(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._+=-]/g, "_");
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
