import { expect, test } from "bun:test";
import { EventLoop } from "./event_loop.ts";

test("time moves to each event, and background events are no pending work", () => {
  const loop = new EventLoop();
  const seen: number[] = [];
  loop.at(30, "ping", () => seen.push(loop.now_ns));
  loop.at(10, "rpc", () => {
    seen.push(loop.now_ns);
    loop.at(loop.now_ns + 10, "copy", () => seen.push(loop.now_ns));
  });
  expect(loop.pending_work).toBe(1);
  while (loop.step());
  expect(seen).toEqual([10, 20, 30]);
  expect(loop.pending_work).toBe(0);
  expect(loop.event_count).toBe(3);
});

test("at one time a step ends before anything else", () => {
  const loop = new EventLoop();
  const ran: string[] = [];
  loop.at(5, "rpc", () => ran.push("rpc"));
  loop.at(5, "step", () => ran.push("step"));
  while (loop.step());
  expect(ran).toEqual(["step", "rpc"]);
});

test("an event in the past is refused", () => {
  const loop = new EventLoop();
  loop.at(5, "rpc", () => {});
  loop.step();
  expect(() => loop.at(4, "rpc", () => {})).toThrow("an event lies in the future");
});
