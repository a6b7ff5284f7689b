// Reads a run directory back, for `bun run report`: never re-runs, never guesses. A run that was cut off is readable: files
// that it did not come to write are null, and a torn last line of a .jsonl is left out and reported.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RequestRecord } from "../domain/request_record.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { MANIFEST_SCHEMA_VERSION, type Manifest } from "./manifest.ts";
import { RUN_FILES } from "./run_directory.ts";
import { type RunDirectoryError, wordFsError } from "./run_directory_error.ts";
import type { RunEvent } from "./run_event.ts";
import { type RunSummary, SUMMARY_SCHEMA_VERSION } from "./run_summary.ts";

export interface StoredRun {
  readonly manifest: Manifest;
  /** Null: the run ended before it was summarised. */
  readonly summary: RunSummary | null;
  readonly records: readonly RequestRecord[];
  readonly events: readonly RunEvent[];
  /** What was left out: `requests.jsonl:118: torn last line (57 bytes)`. */
  readonly warnings: readonly string[];
}

export function readRun(path: string): Result<StoredRun, RunDirectoryError> {
  const manifest = readJson<Manifest>(path, RUN_FILES.manifest, MANIFEST_SCHEMA_VERSION);
  if (!manifest.ok) return manifest;
  const hasSummary = existsSync(join(path, RUN_FILES.summary));
  const summary = hasSummary
    ? readJson<RunSummary>(path, RUN_FILES.summary, SUMMARY_SCHEMA_VERSION)
    : ok(null);
  if (!summary.ok) return summary;
  const requests = readLines<RequestRecord>(path, RUN_FILES.requests, "request_id");
  if (!requests.ok) return requests;
  const events = readLines<RunEvent>(path, RUN_FILES.events, "at_ns");
  if (!events.ok) return events;
  return ok({
    manifest: manifest.value,
    summary: summary.value,
    records: requests.value.lines,
    events: events.value.lines,
    warnings: [...requests.value.warnings, ...events.value.warnings],
  });
}

/** The program's own files: their version vouches for their shape. */
function readJson<T>(directory: string, name: string, schema_version: number): Result<T, RunDirectoryError> {
  const text = readText(directory, name);
  if (!text.ok) return text;
  const parsed = parseObject(text.value);
  const found = parsed?.["schema_version"];
  if (parsed !== null && found === schema_version) return ok(parsed as T);
  const got = parsed === null ? "no JSON object" : `schema_version ${JSON.stringify(found)}`;
  return err({
    code: "malformed",
    message: `${join(directory, name)}: must be JSON with schema_version ${schema_version}, got ${got}. Use the version of tierbench that wrote it.`,
  });
}

interface JsonLines<T> {
  readonly lines: readonly T[];
  readonly warnings: readonly string[];
}

/** `required`: a field that every line has. Only the last line may be torn. */
function readLines<T>(
  directory: string,
  name: string,
  required: string,
): Result<JsonLines<T>, RunDirectoryError> {
  const text = readText(directory, name);
  if (!text.ok) return text;
  const lines: T[] = [];
  const rows = text.value.split("\n");
  for (const [i, row] of rows.entries()) {
    if (row === "") continue;
    const parsed = parseObject(row);
    if (parsed !== null && required in parsed) {
      lines.push(parsed as T);
    } else if (i === rows.length - 1) {
      return ok({ lines, warnings: [`${name}:${i + 1}: torn last line (${Buffer.byteLength(row)} bytes)`] });
    } else {
      const where = `${join(directory, name)}:${i + 1}`;
      return err({
        code: "malformed",
        message: `${where}: must be a JSON object with ${required}, got ${row.slice(0, 80)}`,
      });
    }
  }
  return ok({ lines, warnings: [] });
}

function readText(directory: string, name: string): Result<string, RunDirectoryError> {
  const path = join(directory, name);
  try {
    return ok(readFileSync(path, "utf8"));
  } catch (cause) {
    return err(wordFsError(path, cause));
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
