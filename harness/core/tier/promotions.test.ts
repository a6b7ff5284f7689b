import { expect, test } from "bun:test";
import { STORE_CODE } from "../../domain/store_error.ts";
import { TestDiskTier } from "./test_disk_tier.ts";

function promote(it: TestDiskTier, ...keys: string[]): void {
  const promotions = keys.map((key, i) => ({ key, offset: 40_960 + i * 4096, bytes: 4096 }));
  it.send({ type: "heartbeat_reply", tasks: [], promotions, wipe: false });
}

function reported(it: TestDiskTier): (string | number)[][] {
  return it.take("notify_promoted").flatMap(({ results }) => results.map(({ key, code }) => [key, code]));
}

test("a promoted object is read, checked and copied to where the master wants it, and its slot is free again", () => {
  const it = new TestDiskTier();
  it.store("a", "b");
  promote(it, "b");
  it.finishReads();
  expect(it.take("copy_to_segment")).toEqual([
    {
      type: "copy_to_segment",
      promotion_id: -1,
      copies: [{ staging_offset: 0, segment_offset: 40_960, bytes: 4096 }],
    },
  ]);
  expect(it.tier.snapshot()).toMatchObject({ staged_bytes: 4096, promoted_keys: 0 });
  it.send({ type: "copied_to_segment", promotion_id: -1, code: 0 });
  expect(reported(it)).toEqual([["b", 0]]);
  expect(it.tier.snapshot()).toMatchObject({ staged_bytes: 0, promoted_keys: 1 });
  expect(it.take("read_reply")).toEqual([]); // no requester asked
});

test("what is not here, is damaged or finds no slot is reported with its reason, and nothing is copied for it", () => {
  const it = new TestDiskTier({ staging_bytes: 4096 });
  it.store("a", "b");
  promote(it, "x");
  expect(reported(it)).toEqual([["x", STORE_CODE.OBJECT_NOT_FOUND]]);
  promote(it, "a", "b");
  expect(reported(it)).toEqual([
    ["a", STORE_CODE.BUFFER_OVERFLOW],
    ["b", STORE_CODE.BUFFER_OVERFLOW],
  ]);
  promote(it, "a");
  it.finishReads(STORE_CODE.CHECKSUM_MISMATCH);
  expect(reported(it)).toEqual([["a", STORE_CODE.CHECKSUM_MISMATCH]]);
  expect(it.take("copy_to_segment")).toEqual([]);
  expect(it.tier.snapshot().staged_bytes).toBe(0);
});

test("a copy that ends after its staging lease may hold other bytes: it is refused", () => {
  const it = new TestDiskTier();
  it.store("a", "b");
  promote(it, "a");
  it.finishReads();
  it.now_ns = 5_000 * 1e6;
  it.send({ type: "tick" });
  it.send({ type: "copied_to_segment", promotion_id: -1, code: 0 });
  expect(reported(it)).toEqual([["a", STORE_CODE.LEASE_EXPIRED]]);
});

test("after a remount nothing is copied for the old tasks, and nobody is told", () => {
  const it = new TestDiskTier();
  it.store("a", "b");
  promote(it, "a");
  it.send({ type: "remounted" });
  it.finishReads();
  expect(it.take("copy_to_segment")).toEqual([]);
  expect(reported(it)).toEqual([]);
  expect(it.tier.snapshot().staged_bytes).toBe(0);
});
