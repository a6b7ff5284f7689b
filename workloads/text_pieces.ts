// A text file in pieces of some hundred KiB, cut between characters: memory is one piece, however large the file.

import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { KIB } from "../harness/domain/units.ts";

const PIECE_BYTES = 256 * KIB;

/** Throws what the file system throws; the file is closed when the reader stops, early or not. */
export function* textPieces(path: string): Generator<string, void> {
  const file = openSync(path, "r");
  try {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const decoder = new StringDecoder("utf8");
    let is_first = true;
    for (;;) {
      const bytes = readSync(file, piece, 0, PIECE_BYTES, null);
      const text = bytes === 0 ? decoder.end() : decoder.write(piece.subarray(0, bytes));
      // A byte-order mark is no part of the text.
      if (text !== "") yield is_first ? text.replace(/^\uFEFF/, "") : text;
      is_first &&= text === "";
      if (bytes === 0) return;
    }
  } finally {
    closeSync(file);
  }
}
