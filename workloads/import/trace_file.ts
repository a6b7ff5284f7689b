// A trace file, opened: its format is known, and its requests can be read, as often as wanted. Reading streams.

import type { ConfigProblem } from "../../harness/config/config_problem.ts";
import type { TraceFormatName } from "../../harness/config/trace_format_name.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { TraceRequest } from "../trace/trace_request.ts";
import { TRACE_FORMATS } from "./format_registry.ts";
import type { TraceFormat } from "./trace_format.ts";
import { readTraceOpening, type TraceOpening } from "./trace_opening.ts";

export interface TraceFileOptions {
  readonly path: string;
  /** Null: told by the file's contents. */
  readonly format: TraceFormatName | null;
  /** Tokens of a hashed block; null: the format's. */
  readonly block_tokens: number | null;
  /** What a wrong record does: ends the reading with an error, or is passed over and counted. */
  readonly on_error: "fail" | "skip";
  /** Requests to read, from the start; null for all. */
  readonly limit: number | null;
  /** For formats that describe distributions to draw from. */
  readonly seed: number;
}

export interface ReadCounts {
  readonly requests: number;
  /** Records passed over for their problems (on_error skip). */
  readonly skipped: number;
  /** What was wrong with the first of them. */
  readonly skipped_problems: readonly ConfigProblem[];
  /** Reason → records that are sound and no requests. */
  readonly left_out: ReadonlyMap<string, number>;
}

/** After so many problems a file is given up. */
const MAX_PROBLEMS = 20;

export class TraceFile {
  readonly path: string;
  readonly format: TraceFormat;
  /** Tokens of a block of hash_ids; null: the format has no hashes. */
  readonly block_tokens: number | null;
  readonly #options: TraceFileOptions;

  static open(options: TraceFileOptions): Result<TraceFile, ConfigProblem[]> {
    try {
      const named = TRACE_FORMATS.find(({ name }) => name === options.format);
      const opening = readTraceOpening(options.path);
      const format = named ?? TRACE_FORMATS.find(({ recognises }) => recognises(opening));
      if (format !== undefined)
        return ok(new TraceFile(options, format, blockTokens(options, format, opening)));
      return err([opening.text === "" ? withoutRequests(options.path) : unknownFormat(options.path)]);
    } catch (error) {
      return err([unreadable(options.path, error)]);
    }
  }

  private constructor(options: TraceFileOptions, format: TraceFormat, block_tokens: number | null) {
    this.#options = options;
    this.path = options.path;
    this.format = format;
    this.block_tokens = block_tokens;
  }

  /**
   * Hands every request to `visit`, in the order of the file. An error lists what is wrong; requests before it have then been
   * visited, so a caller drops what it made of them.
   */
  read(visit: (request: TraceRequest) => void): Result<ReadCounts, ConfigProblem[]> {
    const { path, on_error, limit, seed } = this.#options;
    const problems: ConfigProblem[] = [];
    const left_out = new Map<string, number>();
    let requests = 0;
    let skipped = 0;
    try {
      for (const row of this.format.rows({ path, block_tokens: this.block_tokens ?? 0, seed })) {
        if (row.kind === "wrong") {
          skipped++;
          if (problems.length < MAX_PROBLEMS) problems.push(...row.problems);
          if (on_error === "fail" && problems.length >= MAX_PROBLEMS) break;
        } else if (row.kind === "left_out") {
          left_out.set(row.reason, (left_out.get(row.reason) ?? 0) + 1);
        } else {
          requests++;
          visit(row.request);
        }
        if (requests === limit) break;
      }
    } catch (error) {
      return err([unreadable(path, error)]);
    }
    if (problems.length > 0 && on_error === "fail") return err(problems);
    if (requests === 0) return err([...problems, withoutRequests(path)]);
    return ok({ requests, skipped, skipped_problems: problems, left_out });
  }
}

/** As the user says, else as the first record says (`block_tokens`), else as the format has it. */
function blockTokens(
  { block_tokens }: TraceFileOptions,
  format: TraceFormat,
  { objects }: TraceOpening,
): number | null {
  if (format.block_tokens === null) return null;
  if (block_tokens !== null) return block_tokens;
  const stated = objects[0]?.["block_tokens"];
  return typeof stated === "number" && Number.isSafeInteger(stated) && stated > 0
    ? stated
    : format.block_tokens;
}

function unreadable(path: string, error: unknown): ConfigProblem {
  const why = error instanceof Error ? error.message : String(error);
  return { path, rule: `must be a readable file (${why})`, got: path, next_step: "Name a trace file." };
}

function withoutRequests(path: string): ConfigProblem {
  return { path, rule: "must hold at least one request", got: "none", next_step: "Name another trace." };
}

function unknownFormat(path: string): ConfigProblem {
  const shapes = TRACE_FORMATS.map(({ name, looks_like }) => `${name} (${looks_like})`).join("; ");
  const rule = `must be a trace of a known format: ${shapes}`;
  return {
    path,
    rule,
    got: "another opening",
    next_step: "Use one of them, or say which it is with --format.",
  };
}
