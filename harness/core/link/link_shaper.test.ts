import { expect, test } from "bun:test";
import { type LinkShape, linkTableLength, reserveTransfer } from "./link_shaper.ts";

// 1.25e9 bytes/s: 1,250,000 bytes take 1 ms on the wire.
const LINK: LinkShape = { bandwidth_bytes_per_s: 1_250_000_000, latency_ns: 50_000 };
const MS = 1_000_000;
const MS_OF_BYTES = 1_250_000;

test("a transfer over an idle link takes its wire time and the latency", () => {
  const table = new Float64Array(linkTableLength(2));
  expect(reserveTransfer(table, 0, 1, MS_OF_BYTES, 7 * MS, LINK)).toEqual({
    start_ns: 7 * MS,
    end_ns: 8 * MS + 50_000,
  });
  // Sending side of node 0 and receiving side of node 1; the latency does not occupy a NIC.
  expect([...table]).toEqual([8 * MS, 0, 0, 8 * MS]);
});

test("two senders to one receiver queue at the receiver", () => {
  const table = new Float64Array(linkTableLength(3));
  reserveTransfer(table, 0, 2, MS_OF_BYTES, 0, LINK);
  expect(reserveTransfer(table, 1, 2, 2 * MS_OF_BYTES, 0, LINK)).toEqual({
    start_ns: 1 * MS,
    end_ns: 3 * MS + 50_000,
  });
});

test("one sender to two receivers queues at the sender", () => {
  const table = new Float64Array(linkTableLength(3));
  reserveTransfer(table, 0, 1, MS_OF_BYTES, 0, LINK);
  expect(reserveTransfer(table, 0, 2, MS_OF_BYTES, 0, LINK).start_ns).toBe(1 * MS);
});

test("both directions between two nodes run at once", () => {
  const table = new Float64Array(linkTableLength(2));
  reserveTransfer(table, 0, 1, MS_OF_BYTES, 0, LINK);
  expect(reserveTransfer(table, 1, 0, MS_OF_BYTES, 0, LINK).start_ns).toBe(0);
});

test("a link that was free long ago starts now", () => {
  const table = new Float64Array(linkTableLength(2));
  reserveTransfer(table, 0, 1, MS_OF_BYTES, 0, LINK);
  expect(reserveTransfer(table, 0, 1, MS_OF_BYTES, 5 * MS, LINK).start_ns).toBe(5 * MS);
});

test("inside a node nothing is reserved and no time passes", () => {
  const table = new Float64Array(linkTableLength(2));
  expect(reserveTransfer(table, 1, 1, MS_OF_BYTES, 3, LINK)).toEqual({ start_ns: 3, end_ns: 3 });
  expect([...table]).toEqual([0, 0, 0, 0]);
});

test("an unshaped link has latency only, and never queues", () => {
  const table = [0, 0, 0, 0];
  const unshaped = { bandwidth_bytes_per_s: null, latency_ns: 50_000 };
  for (const _ of [1, 2]) {
    expect(reserveTransfer(table, 0, 1, 10 ** 12, 10, unshaped)).toEqual({ start_ns: 10, end_ns: 50_010 });
  }
  expect(table).toEqual([0, 0, 0, 0]);
});

test("times stay whole nanoseconds when the wire time is not", () => {
  const table = [0, 0, 0, 0];
  // 100 bytes ÷ 3e9 bytes/s = 33.33 ns
  expect(reserveTransfer(table, 0, 1, 100, 0, { bandwidth_bytes_per_s: 3e9, latency_ns: 0 }).end_ns).toBe(33);
});

test("a node outside the table is a programmer error", () => {
  expect(() => reserveTransfer([0, 0], 0, 1, 1, 0, LINK)).toThrow("both nodes are in the link table");
});
