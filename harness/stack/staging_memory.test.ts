import { expect, test } from "bun:test";
import type { Region } from "../../native/ffi/data_plane.ts";
import { StagingMemory } from "./staging_memory.ts";

/** Nothing reads its bytes here. */
const region: Region = { region_id: 1, shm_path: "", bytes: 256, generation: 1 };

function borrowUntilTold(staging: StagingMemory, bytes: number) {
  const { promise: told, resolve: end } = Promise.withResolvers<void>();
  const { promise: offset, resolve: begin } = Promise.withResolvers<number>();
  const ended = staging.borrow(bytes, (at) => {
    begin(at);
    return told;
  });
  return { offset, ended, end };
}

test("calls borrow different parts at the same time, and the one that does not fit waits for room", async () => {
  const staging = new StagingMemory(region);
  const [a, b, c] = [128, 64, 128].map((bytes) => borrowUntilTold(staging, bytes));
  if (a === undefined || b === undefined || c === undefined) throw new Error("three are borrowed");
  const [first, second] = [await a.offset, await b.offset];
  expect(Math.abs(first - second)).toBeGreaterThanOrEqual(64);
  // 64 of 256 bytes are free: c takes what a gives back, beside b.
  a.end();
  expect(await c.offset).not.toBe(second);
  b.end();
  c.end();
  await Promise.all([a.ended, b.ended, c.ended]);
});

test("who waits first is served first, though a later one would fit", async () => {
  const staging = new StagingMemory(region);
  const order: string[] = [];
  const held = borrowUntilTold(staging, 192);
  await held.offset;
  const large = staging.borrow(128, () => Promise.resolve(order.push("large")));
  const small = staging.borrow(64, () => Promise.resolve(order.push("small")));
  held.end();
  await Promise.all([large, small]);
  expect(order).toEqual(["large", "small"]);
});

test("a body that fails gives its part back, and idle waits for all", async () => {
  const staging = new StagingMemory(region);
  await staging.idle();
  const failed = staging.borrow(256, () => Promise.reject(new Error("no")));
  const idle = staging.idle();
  await expect(failed).rejects.toThrow("no");
  await idle;
  expect(await staging.borrow(256, (offset) => Promise.resolve(offset))).toBe(0);
});
