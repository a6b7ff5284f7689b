// Server-sent events out of a byte stream (WHATWG HTML §9.2): the `data` of each event. Pure; bytes may be cut anywhere,
// also inside a UTF-8 sequence, because text is decoded a whole line at a time. Comments and the fields event, id and
// retry are passed over. Lines end with \n or \r\n; the lone \r that the standard also allows is not treated as an end.

const LF = 10;
const CR = 13;
const SPACE = 32;
const DATA = Buffer.from("data:");

export interface SseSink {
  event(data: string): void;
}

export class SseParser {
  readonly #sink: SseSink;
  /** Of a line whose end has not come yet; null: none. */
  #pieces: Buffer[] | null = null;
  #data: string | null = null;

  constructor(sink: SseSink) {
    this.#sink = sink;
  }

  /** Tells the sink each event that bytes[start, end) complete. */
  feed(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const line_end = bytes.indexOf(LF, at);
      if (line_end < 0 || line_end >= end) {
        this.#pieces ??= [];
        this.#pieces.push(Buffer.from(bytes.subarray(at, end)));
        return;
      }
      if (this.#pieces === null) this.#line(bytes, at, line_end);
      else {
        const line = Buffer.concat([...this.#pieces, bytes.subarray(at, line_end)]);
        this.#pieces = null;
        this.#line(line, 0, line.length);
      }
      at = line_end + 1;
    }
  }

  /** Bytes have come that no blank line has completed to an event. */
  get incomplete(): boolean {
    return this.#pieces !== null || this.#data !== null;
  }

  #line(bytes: Buffer, start: number, line_end: number): void {
    const end = line_end > start && bytes[line_end - 1] === CR ? line_end - 1 : line_end;
    if (end === start) {
      const data = this.#data;
      this.#data = null;
      if (data !== null) this.#sink.event(data);
      return;
    }
    if (!startsWithData(bytes, start, end)) return;
    const value_start = start + DATA.length;
    const value = bytes.toString("utf8", bytes[value_start] === SPACE ? value_start + 1 : value_start, end);
    this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
  }
}

function startsWithData(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < DATA.length) return false;
  for (let i = 0; i < DATA.length; i++) if (bytes[start + i] !== DATA[i]) return false;
  return true;
}
