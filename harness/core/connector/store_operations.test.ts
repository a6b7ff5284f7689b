import { expect, test } from "bun:test";
import { failed, read } from "./connector_fixture.ts";
import { STORE_OPERATION_BUCKETS_S, StoreOperations } from "./store_operations.ts";

const MS = 1_000_000;

test("spec §1.9: an operation counts its time, keys and bytes under its status", () => {
  const operations = new StoreOperations(256);
  operations.ended({ type: "get_done", op_id: 1, outcomes: [read(256), read(256)] }, false, 7 * MS);
  operations.ended({ type: "get_done", op_id: 2, outcomes: [read(256), failed(-704)] }, false, 5_000 * MS);
  const [ok, partial] = operations.snapshot();
  expect(ok).toMatchObject({ operation: "load_get", status: "ok", count: 1, keys: 2, bytes: 512 });
  expect(ok?.sum_s).toBe(0.007);
  // 7 ms is over 1 ms and 5 ms, under 10 ms and all behind it.
  expect(ok?.bucket_counts).toEqual(STORE_OPERATION_BUCKETS_S.map((bound_s) => (bound_s < 0.007 ? 0 : 1)));
  expect(partial).toMatchObject({ status: "partial_failure", failed_keys: 1, bytes: 256 });
  expect(partial?.bucket_counts.every((count) => count === 0)).toBe(true);
});

test("spec §1.9: lookups and the lookups of saves are told apart, and move no bytes", () => {
  const operations = new StoreOperations(256);
  operations.ended({ type: "exists_done", op_id: 2, codes: [-900] }, false, 0);
  operations.ended({ type: "exists_done", op_id: 1, codes: [1] }, true, 0);
  expect(operations.snapshot()).toMatchObject([
    { operation: "save_exists", status: "error", bytes: 0 },
    { operation: "lookup_exists", status: "ok", bytes: 0 },
  ]);
});

test("spec §1.9: a wipe is none of the operations", () => {
  const operations = new StoreOperations(256);
  operations.ended({ type: "remove_all_done", op_id: 1, code: 0, removed: 1 }, false, 5);
  expect(operations.snapshot()).toEqual([]);
});
