// Heads of HTTP/1.1 responses (RFC 9112 §2.1). A server begins most of its answers with the same bytes, so the last head is
// kept with its bytes: a head that repeats it costs a comparison and leaves no garbage.

export interface ResponseHead {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/** A longer head is read each time. */
const MAX_KEPT_BYTES = 4 * 1024;

export class HeadReader {
  readonly #kept = Buffer.alloc(MAX_KEPT_BYTES);
  #kept_bytes = 0;
  #kept_head: ResponseHead | null = null;

  /** The head in bytes[start, end), without the empty line behind it; a string says what breaks the protocol. */
  read(bytes: Buffer, start: number, end: number): ResponseHead | string {
    if (this.#kept_head !== null && this.#repeats(bytes, start, end)) return this.#kept_head;
    const head = parseHead(bytes.toString("latin1", start, end));
    if (typeof head !== "string" && end - start <= MAX_KEPT_BYTES) {
      this.#kept_bytes = bytes.copy(this.#kept, 0, start, end);
      this.#kept_head = head;
    }
    return head;
  }

  #repeats(bytes: Buffer, start: number, end: number): boolean {
    const length = this.#kept_bytes;
    return end - start === length && bytes.compare(this.#kept, 0, length, start, end) === 0;
  }
}

function parseHead(text: string): ResponseHead | string {
  const [status_line = "", ...lines] = text.split("\r\n");
  const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(status_line) ?? [];
  if (status === undefined) return `the status line is "${status_line.slice(0, 80)}"`;
  const headers = new Map<string, string>(minor === "0" ? [["connection", "close"]] : []);
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0) return `a header line is "${line.slice(0, 80)}"`;
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { status: Number(status), headers };
}
