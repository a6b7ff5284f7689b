import { expect, test } from "bun:test";
import type { ResponseHead } from "./head_reader.ts";
import { type ParseProgress, ResponseParser } from "./response_parser.ts";

interface Parsed {
  head: ResponseHead | null;
  body: string;
  progress: ParseProgress;
  parser: ResponseParser;
}

/** Feeds `text` in pieces of `piece_bytes`. */
function parse(text: string, piece_bytes = 1_000): Parsed {
  const parsed: Omit<Parsed, "parser"> = { head: null, body: "", progress: { state: "more" } };
  const parser = new ResponseParser({
    head: (head) => {
      parsed.head = head;
    },
    body: (bytes, start, end) => {
      parsed.body += bytes.toString("latin1", start, end);
    },
  });
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length && parsed.progress.state !== "malformed"; at += piece_bytes) {
    parsed.progress = parser.feed(bytes.subarray(at, at + piece_bytes));
  }
  return { ...parsed, parser };
}

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

test.each([1, 2, 3, 7, 1_000])(
  "a chunked body is the same however its bytes are cut: pieces of %d",
  (piece_bytes) => {
    const { head, body, progress, parser } = parse(
      `${CHUNKED}5\r\nhello\r\nA;name=x\r\n, 10 bytes\r\n0\r\nx-trailer: 1\r\n\r\n`,
      piece_bytes,
    );
    expect(head?.status).toBe(200);
    expect(body).toBe("hello, 10 bytes");
    expect(progress.state).toBe("done");
    expect(parser.keep_alive).toBe(true);
  },
);

test.each([1, 1_000])("a body of a stated length ends by itself: pieces of %d", (piece_bytes) => {
  const { head, body, progress } = parse(
    "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\nX-A:  b \r\n\r\nnope",
    piece_bytes,
  );
  expect(head?.status).toBe(404);
  expect(head?.headers.get("x-a")).toBe("b");
  expect([body, progress.state]).toEqual(["nope", "done"]);
});

test("a body without framing ends with the connection, and the connection is not kept", () => {
  const { body, progress, parser } = parse("HTTP/1.1 200 OK\r\n\r\nabc");
  expect([body, progress.state]).toEqual(["abc", "more"]);
  expect(parser.closeEnds()).toBe(true);
  expect(parser.keep_alive).toBe(false);
});

test("a chunked body that the connection cuts off is not complete", () => {
  const { progress, parser } = parse(`${CHUNKED}5\r\nhel`);
  expect(progress.state).toBe("more");
  expect(parser.closeEnds()).toBe(false);
});

test("an interim response is passed over", () => {
  const { head, progress } = parse(
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    9,
  );
  expect([head?.status, progress.state]).toEqual([200, "done"]);
});

test.each([
  ["SSH-2.0-OpenSSH_9\r\n\r\n", 'the status line is "SSH-2.0-OpenSSH_9"'],
  ["HTTP/1.1 200 OK\r\nno colon\r\n\r\n", 'a header line is "no colon"'],
  ["HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", 'content-length is "-1"'],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n", 'transfer-encoding is "gzip"'],
  [`${CHUNKED}zz\r\n`, "a chunk size is not a hexadecimal number"],
  [`${CHUNKED}\r\n`, "a chunk has no size"],
  [`${CHUNKED}2\r\nabc\r\n`, "a chunk is longer than its size"],
  [`${CHUNKED}0\r\n\r\nmore`, "4 bytes follow the end of the response"],
])("broken protocol is named: %j", (text, why) => {
  expect(parse(text).progress).toEqual({ state: "malformed", why });
});
