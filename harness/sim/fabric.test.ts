import { expect, test } from "bun:test";
import { Fabric } from "./fabric.ts";
import { LAPTOP_HOST } from "./host_profile.ts";

/** 1 byte/ns in memory after 10 ns a copy. */
const HOST = { ...LAPTOP_HOST, one_host: false, copy_ns: 10, copy_bytes_per_s: 1e9 };
/** 0.5 bytes/ns on the link, 100 ns away. */
const LINK = { bandwidth_bytes_per_s: 0.5e9, latency_ns: 100 };

test("inside a node copies follow each other in its memory", () => {
  const fabric = new Fabric(2, LINK, HOST);
  expect(fabric.transfer(0, 0, 100, 2, 0)).toBe(120); // 2 × 10 + 100
  expect(fabric.transfer(0, 0, 50, 1, 20)).toBe(180); // waits until 120, + 10 + 50
  expect(fabric.transfer(1, 1, 50, 1, 20)).toBe(80); // another node's memory
});

test("between nodes a transfer ends when both the link and the memory at its end are done", () => {
  const fabric = new Fabric(2, LINK, HOST);
  expect(fabric.transfer(0, 1, 100, 1, 0)).toBe(300); // 100 ÷ 0.5 on the wire + 100 latency; memory is done at 110
  expect(fabric.transfer(0, 0, 1_000, 1, 0)).toBe(1_010);
  expect(fabric.transfer(1, 0, 10, 1, 0)).toBe(1_030); // the wire is done at 120, memory of node 0 at 1,010 + 20
});

test("nodes that are one host share one memory", () => {
  const fabric = new Fabric(2, LINK, { ...HOST, one_host: true });
  fabric.transfer(0, 0, 100, 1, 0);
  expect(fabric.transfer(1, 1, 100, 1, 0)).toBe(220); // 2 × (10 + 100)
});

test("a slow link is slow at both its ends until it is mended", () => {
  const fabric = new Fabric(2, LINK, HOST);
  fabric.slowLink(1, 4);
  expect(fabric.transfer(0, 1, 100, 1, 0)).toBe(900); // 100 ÷ 0.125 + 100
  fabric.slowLink(1, 1);
  expect(fabric.transfer(0, 1, 100, 1, 1_000)).toBe(1_300);
});
