// Small trace files for tests, in a directory of their own that goes when the test file ends.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatConfigProblem } from "../harness/config/config_problem.ts";
import { type ReadCounts, TraceFile, type TraceFileOptions } from "./import/trace_file.ts";
import type { TraceRequest } from "./trace/trace_request.ts";

export interface ReadBack {
  /** Null where the file was not opened. */
  readonly file: TraceFile | null;
  readonly requests: readonly TraceRequest[];
  /** As a user reads them, with FILE for the path. */
  readonly problems: readonly string[];
  readonly counts: ReadCounts | null;
}

export class TraceFixture implements Disposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), "tierbench-trace-"));

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true });
  }

  path(name = "trace"): string {
    return join(this.directory, name);
  }

  write(text: string, name = "trace"): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Writes the text and reads it as a trace. */
  read(text: string, options: Partial<TraceFileOptions> = {}): ReadBack {
    return this.readFile(this.write(text), options);
  }

  readFile(path: string, options: Partial<TraceFileOptions> = {}): ReadBack {
    const shown = (problems: Parameters<typeof formatConfigProblem>[0][]): string[] =>
      problems.map((problem) => formatConfigProblem(problem).replaceAll(path, "FILE"));
    const file = TraceFile.open({
      path,
      format: null,
      block_tokens: null,
      on_error: "fail",
      limit: null,
      seed: 1,
      ...options,
    });
    if (!file.ok) return { file: null, requests: [], problems: shown(file.error), counts: null };
    const requests: TraceRequest[] = [];
    const counts = file.value.read((request) => requests.push(request));
    if (!counts.ok) return { file: file.value, requests, problems: shown(counts.error), counts: null };
    return { file: file.value, requests, problems: [], counts: counts.value };
  }
}
