import { expect, test } from "bun:test";
import { Random } from "../clock/random.ts";
import { ByteWriter } from "./byte_writer.ts";
import { boundedText, text } from "./codec.ts";
import { FrameReader, writeFrame } from "./frame.ts";

interface Seen {
  readonly call_id: number;
  readonly kind: number;
  readonly payload: string;
}

function collect(): { readonly seen: Seen[]; readonly reader: FrameReader } {
  const seen: Seen[] = [];
  const reader = new FrameReader((call_id, kind, payload) =>
    seen.push({ call_id, kind, payload: Buffer.from(payload.subarray(4)).toString() }),
  );
  return { seen, reader };
}

test("frames come out whole and in order however the stream is cut", () => {
  const writer = new ByteWriter();
  const sent: Seen[] = [];
  for (let i = 0; i < 200; i++) {
    sent.push({ call_id: i, kind: i % 250, payload: "p".repeat((i * 37) % 400) });
    expect(writeFrame(writer, i, i % 250, text, "p".repeat((i * 37) % 400))).toBeNull();
  }
  const stream = writer.written();
  const random = new Random(7);
  const { seen, reader } = collect();
  for (let start = 0; start < stream.length; ) {
    const end = Math.min(stream.length, start + 1 + random.below(600));
    expect(reader.push(stream.subarray(start, end)).ok).toBe(true);
    start = end;
  }
  expect(seen).toEqual(sent);
});

test("a length below the header or above the limit ends the stream", () => {
  const { reader } = collect();
  expect(reader.push(new Uint8Array([4, 0, 0, 0])).ok).toBe(false);
  expect(collect().reader.push(new Uint8Array([0, 0, 0, 255])).ok).toBe(false);
});

test("a frame that breaks a limit leaves nothing behind, and the next one is well formed", () => {
  const writer = new ByteWriter();
  expect(writeFrame(writer, 1, 1, boundedText(2), "abc")).toContain("over the limit");
  expect(writer.length).toBe(0);
  expect(writeFrame(writer, 2, 1, text, "ok")).toBeNull();
  const { seen, reader } = collect();
  reader.push(writer.written());
  expect(seen).toEqual([{ call_id: 2, kind: 1, payload: "ok" }]);
});

test("streams of random bytes are cut into frames or ended, and what a reader holds stays below its limit", () => {
  const random = new Random(3);
  for (let stream = 0; stream < 500; stream++) {
    const { reader } = collect();
    reader.limit_bytes = 1024;
    for (let i = 0; i < 40; i++) {
      const chunk = Uint8Array.from({ length: random.below(200) }, () =>
        random.below(stream % 2 === 0 ? 3 : 256),
      );
      const pushed = reader.push(chunk);
      if (pushed.ok) continue;
      expect(pushed.error).toContain("a frame has 5 to 1024 bytes");
      break;
    }
  }
});
