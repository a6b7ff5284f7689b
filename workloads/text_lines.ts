// Lines of a text file, read in pieces: memory is one piece and one line, however large the file.

import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { KIB } from "../harness/domain/units.ts";

const PIECE_BYTES = 256 * KIB;

export interface TextLine {
  /** From 1. */
  readonly line_number: number;
  /** Without its end (\n or \r\n). */
  readonly text: string;
}

/** Throws what the file system throws; the file is closed when the reader stops, early or not. */
export function* textLines(path: string): Generator<TextLine, void> {
  const file = openSync(path, "r");
  try {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const decoder = new StringDecoder("utf8");
    let line_number = 0;
    let rest = "";
    for (;;) {
      const bytes = readSync(file, piece, 0, PIECE_BYTES, null);
      const lines = (rest + (bytes === 0 ? decoder.end() : decoder.write(piece.subarray(0, bytes)))).split(
        "\n",
      );
      rest = lines.pop() ?? "";
      for (const text of lines) yield { line_number: ++line_number, text: text.replace(/\r$/, "") };
      if (bytes > 0) continue;
      if (rest !== "") yield { line_number: line_number + 1, text: rest };
      return;
    }
  } finally {
    closeSync(file);
  }
}
