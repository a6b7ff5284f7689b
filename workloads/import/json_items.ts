// Elements of a JSON array, one at a time: memory is one element, however large the file. Only brackets, strings and line
// ends are looked at; whether an element is sound JSON is for whoever parses it.

import { textPieces } from "../text_pieces.ts";

export interface JsonItem {
  /** Where it begins, from 1. */
  readonly line_number: number;
  readonly text: string;
}

const NEWLINE = 10;
const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Elements of the file's array; false at the end where the array is not closed (a file that was cut off). */
export function* jsonItems(path: string): Generator<JsonItem, boolean> {
  const scan = new Scan();
  for (const piece of textPieces(path)) yield* scan.take(piece);
  return scan.is_closed;
}

class Scan {
  is_closed = false;
  #depth = 0;
  #in_string = false;
  #escaped = false;
  #line_number = 1;
  #item_line = 1;
  /** The element so far, without what lies in the piece at hand. */
  #begun = "";
  /** An element is under way: something other than space came behind `[` or a comma. */
  #is_open = false;

  *take(piece: string): Generator<JsonItem, void> {
    let start = 0;
    for (let i = 0; i < piece.length; i++) {
      const code = piece.charCodeAt(i);
      if (code === NEWLINE) this.#line_number++;
      if (this.#in_string) {
        if (this.#escaped) this.#escaped = false;
        else if (code === BACKSLASH) this.#escaped = true;
        else if (code === QUOTE) this.#in_string = false;
        continue;
      }
      const ends_item = this.#depth === 1 && (code === COMMA || code === CLOSE_ARRAY);
      if (ends_item && this.#is_open) {
        yield { line_number: this.#item_line, text: this.#begun + piece.slice(start, i) };
        this.#is_open = false;
        this.#begun = "";
      }
      if (!ends_item && this.#depth >= 1 && !this.#is_open && code > 32) {
        this.#is_open = true;
        this.#item_line = this.#line_number;
        start = i;
      }
      this.#step(code);
    }
    if (this.#is_open) this.#begun += piece.slice(start);
  }

  #step(code: number): void {
    if (code === QUOTE) this.#in_string = true;
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) this.#depth++;
    else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      this.#depth--;
      if (this.#depth === 0) this.is_closed = true;
    }
  }
}
