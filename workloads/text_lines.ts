// Lines of a text file: memory is one piece and one line, however large the file.

import { textPieces } from "./text_pieces.ts";

export interface TextLine {
  /** From 1. */
  readonly line_number: number;
  /** Without its end (\n or \r\n). */
  readonly text: string;
}

/** Throws what the file system throws; the file is closed when the reader stops, early or not. */
export function* textLines(path: string): Generator<TextLine, void> {
  let line_number = 0;
  let rest = "";
  for (const piece of textPieces(path)) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) yield { line_number: ++line_number, text: text.replace(/\r$/, "") };
  }
  if (rest !== "") yield { line_number: line_number + 1, text: rest };
}
