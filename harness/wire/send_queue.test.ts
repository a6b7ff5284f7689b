import { expect, test } from "bun:test";
import { text } from "./codec.ts";
import { FrameReader } from "./frame.ts";
import { SendQueue } from "./send_queue.ts";

/** Takes at most `room` bytes a write. */
class NarrowSocket {
  readonly chunks: Uint8Array[] = [];
  room: number;
  constructor(room: number) {
    this.room = room;
  }
  write(bytes: Uint8Array): number {
    const taken = bytes.slice(0, this.room);
    this.chunks.push(taken);
    return taken.length;
  }
}

test("what the kernel does not take is sent when the socket drains, byte for byte", () => {
  const socket = new NarrowSocket(7);
  const queue = new SendQueue();
  for (let i = 0; i < 5; i++) queue.append(i, 1, text, `message ${i}`);
  queue.attach(socket);
  while (queue.unsent_bytes > 0) queue.flush();
  const ids: number[] = [];
  new FrameReader((call_id) => ids.push(call_id)).push(Buffer.concat(socket.chunks));
  expect(ids).toEqual([0, 1, 2, 3, 4]);
});

test("frames of one turn of the event loop leave in one write", async () => {
  const socket = new NarrowSocket(1_000_000);
  const queue = new SendQueue();
  queue.attach(socket);
  for (let i = 0; i < 100; i++) queue.append(i, 1, text, "x");
  await Promise.resolve();
  expect(socket.chunks.length).toBe(1);
  expect(queue.unsent_bytes).toBe(0);
});

test("a closed socket takes nothing, and detaching forgets what was unsent", () => {
  const queue = new SendQueue();
  queue.append(1, 1, text, "lost");
  queue.attach({ write: () => -1 });
  expect(queue.unsent_bytes).toBeGreaterThan(0);
  queue.detach();
  expect(queue.unsent_bytes).toBe(0);
});
