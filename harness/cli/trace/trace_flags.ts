// Flags that every trace command with a file takes, and the file they name.

import type { TraceFileOptions } from "../../../workloads/import/trace_file.ts";
import type { FlagKind, FlagReader } from "../../config/flag_reader.ts";
import { TRACE_FORMAT_NAMES } from "../../config/trace_format_name.ts";

export const TRACE_FLAGS: Readonly<Record<string, FlagKind>> = {
  "block-tokens": "value",
  format: "value",
  json: "switch",
  limit: "value",
  "on-error": "value",
  seed: "value",
};

/** `path` null: the one positional argument. */
export function readTraceFlags(flags: FlagReader, path: string | null): TraceFileOptions {
  return {
    path: path ?? flags.onlyPositional("FILE", "Name a trace file; see trace --help."),
    format: flags.choice("format", TRACE_FORMAT_NAMES) ?? null,
    block_tokens: flags.integer("block-tokens", 1) ?? null,
    on_error: flags.choice("on-error", ["fail", "skip"]) ?? "fail",
    limit: flags.integer("limit", 1) ?? null,
    seed: flags.integer("seed", 0) ?? 1,
  };
}
