import { expect, test } from "bun:test";
import { SseParser } from "./sse_parser.ts";

function eventsOf(text: string, piece_bytes: number): { events: string[]; incomplete: boolean } {
  const events: string[] = [];
  const parser = new SseParser({ event: (data) => events.push(data) });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += piece_bytes) {
    const end = Math.min(bytes.length, at + piece_bytes);
    parser.feed(bytes, at, end);
  }
  return { events, incomplete: parser.incomplete };
}

const STREAM = [
  ": a comment\n\n",
  'data: {"text":"grüße 🙂"}\n\n', // 2- and 4-byte UTF-8 sequences
  "event: named\nid: 7\ndata:no space\n\n",
  "data: two\r\ndata: lines\r\n\r\n",
  "data:\n\n",
  "data: [DONE]\n\n",
].join("");

test.each([1, 2, 3, 5, 11, 10_000])(
  "events are the same however the bytes are cut: pieces of %d",
  (piece_bytes) => {
    const { events, incomplete } = eventsOf(STREAM, piece_bytes);
    expect(events).toEqual(['{"text":"grüße 🙂"}', "no space", "two\nlines", "", "[DONE]"]);
    expect(incomplete).toBe(false);
  },
);

test("bytes behind the last blank line are no event", () => {
  expect(eventsOf("data: a\n\ndata: b\n", 4)).toEqual({ events: ["a"], incomplete: true });
  expect(eventsOf("data: a\n\ndat", 4)).toEqual({ events: ["a"], incomplete: true });
});

test("only the bytes of the range are read", () => {
  const events: string[] = [];
  const bytes = Buffer.from("data: x\n\ndata: y\n\n");
  new SseParser({ event: (data) => events.push(data) }).feed(bytes, 0, 9);
  expect(events).toEqual(["x"]);
});
