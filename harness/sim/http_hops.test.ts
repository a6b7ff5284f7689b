import { expect, test } from "bun:test";
import { EventLoop } from "./event_loop.ts";
import { LAPTOP_HOST } from "./host_profile.ts";
import { HttpHops } from "./http_hops.ts";

/** 100 ns a message and 1 ns a token. */
const HOST = { ...LAPTOP_HOST, http_ns: 100, http_token_ns: 1 };

function arrivals(one_host: boolean): string[] {
  const loop = new EventLoop();
  const hops = new HttpHops(loop, { ...HOST, one_host }, ["router", "engine-0"]);
  const seen: string[] = [];
  const send = (process: string, name: string, tokens: number): void =>
    hops.to(process, tokens, () => seen.push(`${name} at ${loop.now_ns}`));
  send("router", "long", 900);
  send("router", "short", 0);
  send("engine-0", "other", 50);
  while (loop.step());
  return seen;
}

test("on one host a process takes requests up in the order of sending, each after the one before", () => {
  expect(arrivals(true)).toEqual(["other at 150", "long at 1000", "short at 1100"]);
});

test("where front ends are as many as it takes, no hop waits for another", () => {
  expect(arrivals(false)).toEqual(["short at 100", "other at 150", "long at 1000"]);
});
