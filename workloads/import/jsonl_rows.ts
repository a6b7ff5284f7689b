// Records of a JSONL file, one JSON object a line; blank lines are passed over.

import { textLines } from "../text_lines.ts";
import type { TraceRequest } from "../trace/trace_request.ts";
import { RowFields } from "./row_fields.ts";
import type { TraceRow } from "./trace_format.ts";

/** `toRequest` reads the fields; what it returns counts when none had a problem. */
export function* jsonlRows(
  path: string,
  toRequest: (fields: RowFields) => TraceRequest,
): Generator<TraceRow, void> {
  for (const { line_number, text } of textLines(path)) {
    if (text.trim() === "") continue;
    yield objectRow(`${path}:${line_number}`, parseJson(text), text, toRequest);
  }
}

function objectRow(
  where: string,
  value: unknown,
  text: string,
  toRequest: (fields: RowFields) => TraceRequest,
): TraceRow {
  if (!isObject(value)) {
    const next_step = "Use a file with one JSON object a line, or name another --format.";
    return {
      kind: "wrong",
      problems: [{ path: where, rule: "must be one JSON object", got: text, next_step }],
    };
  }
  const fields = new RowFields(where, value);
  const request = toRequest(fields);
  return fields.problems.length > 0
    ? { kind: "wrong", problems: fields.problems }
    : { kind: "request", request };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
