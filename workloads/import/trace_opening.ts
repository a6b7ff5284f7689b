// The first piece of a trace file, looked at once to tell its format.

import { textPieces } from "../text_pieces.ts";

export interface TraceOpening {
  /** First 256 KiB, without a byte-order mark and space before the first character. */
  readonly text: string;
  /** Objects that stand on a line of their own in it, as in JSONL; at most 100. */
  readonly objects: readonly Readonly<Record<string, unknown>>[];
  /** Cells of the first line, if it were CSV without quotes. */
  readonly header: readonly string[];
}

const MAX_OBJECTS = 100;

/** Throws what the file system throws. */
export function readTraceOpening(path: string): TraceOpening {
  const [piece = ""] = textPieces(path);
  const text = piece.replace(/^[\uFEFF\s]+/, "");
  const lines = text.split("\n", MAX_OBJECTS);
  return {
    text,
    objects: lines.flatMap(objectOn),
    header: (lines[0] ?? "").split(",").map((name) => name.trim().replaceAll('"', "")),
  };
}

function objectOn(line: string): Record<string, unknown>[] {
  if (!line.startsWith("{")) return [];
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? [{ ...value }] : [];
  } catch {
    return [];
  }
}
