import { expect, test } from "bun:test";
import type { ReplicaList } from "../../domain/master_api.ts";
import type { ReplicaDescriptor } from "../../domain/replica.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { failed, read } from "./connector_fixture.ts";
import { GetBatch } from "./get_batch.ts";

const BYTES = 256;
const NODES = new Map([
  ["a:1", "a"],
  ["b:1", "b"],
]);
const locate = (name: string): string | number => NODES.get(name) ?? STORE_CODE.SEGMENT_NOT_FOUND;

function memory(segment_name: string, offset = 0): ReplicaDescriptor {
  return { tier: "cpu", segment_name, generation: 1, offset, bytes: BYTES };
}

function disk(segment_name: string): ReplicaDescriptor {
  return { tier: "disk", segment_name, bytes: BYTES };
}

function found(...replicas: ReplicaDescriptor[]): ReplicaList {
  return { code: 0, replicas, lease_ttl_ms: 1 };
}

function batchOf(...objects: ReplicaList[]): GetBatch {
  const batch = new GetBatch(BYTES, "a", 0, "together");
  batch.located(objects);
  return batch;
}

test("copies are tried in the order local memory, remote memory, disk, one after the other", () => {
  const batch = batchOf(found(disk("a:1"), memory("b:1", 8), memory("a:1", 4)));
  const tried: string[] = [];
  for (
    let attempts = batch.nextAttempts(locate);
    attempts.length > 0;
    attempts = batch.nextAttempts(locate)
  ) {
    for (const { tier, segment_name, reads } of attempts) {
      tried.push(`${tier} ${segment_name} ${reads[0]?.segment_offset}`);
      batch.copied(0, "failed", 1, tier, false);
    }
  }
  expect(tried).toEqual(["cpu a:1 4", "cpu b:1 8", "disk a:1 0"]);
  expect(batch.outcomes()).toEqual([failed(STORE_CODE.TRANSFER_FAIL)]);
});

test("reads of one segment and tier go together; an object that arrived is not tried again", () => {
  const batch = batchOf(found(memory("b:1", 0)), found(memory("b:1", 256)), found(disk("b:1")));
  const attempts = batch.nextAttempts(locate);
  expect(attempts.map(({ tier, reads }) => [tier, reads.length])).toEqual([
    ["cpu", 2],
    ["disk", 1],
  ]);
  batch.copied(0, "ok", 1, "cpu", true);
  batch.copied(1, "stale", 1, "cpu", true);
  batch.refused(2, STORE_CODE.BUFFER_OVERFLOW);
  expect(batch.nextAttempts(locate)).toEqual([]);
  expect(batch.outcomes()).toEqual([
    { ...read(BYTES), remote: true },
    { ...read(BYTES), remote: true, stale: true },
    failed(STORE_CODE.BUFFER_OVERFLOW),
  ]);
});

test("a copy that ends after its lease has failed, even if its bytes look right or wrong", () => {
  const lease_ns = 1_000_000; // 1 ms, asked at 0
  const batch = batchOf(found(memory("a:1")), found(memory("a:1")), found(memory("a:1")));
  batch.nextAttempts(locate);
  batch.copied(0, "ok", lease_ns, "cpu", false);
  batch.copied(1, "ok", lease_ns + 1, "cpu", false);
  batch.copied(2, "corrupt", lease_ns + 1, "cpu", false);
  expect(batch.outcomes().map(({ code }) => code)).toEqual([
    BYTES,
    STORE_CODE.LEASE_EXPIRED,
    STORE_CODE.LEASE_EXPIRED,
  ]);
});

test("a disk copy may end until its staging slot does, whatever the object's lease", () => {
  const batch = batchOf(found(disk("a:1")), found(disk("a:1")));
  batch.nextAttempts(locate);
  batch.copiedFromDisk(0, "ok", 5_000_000, 5_000_000, false);
  batch.copiedFromDisk(1, "corrupt", 5_000_000, 5_000_000, false);
  expect(batch.outcomes()).toEqual([read(BYTES, "disk"), failed(STORE_CODE.CHECKSUM_MISMATCH)]);
});

test("what the master refuses, and copies in segments nobody knows, are the codes of their keys only", () => {
  const missing = { code: STORE_CODE.OBJECT_NOT_FOUND, replicas: [], lease_ttl_ms: 0 };
  const batch = batchOf(missing, found(memory("gone:1")), found(memory("gone:1"), memory("b:1")));
  expect(batch.nextAttempts(locate).flatMap(({ reads }) => reads.map(({ key_index }) => key_index))).toEqual([
    2,
  ]);
  batch.copied(2, "ok", 1, "cpu", true);
  expect(batch.outcomes().map(({ code }) => code)).toEqual([
    STORE_CODE.OBJECT_NOT_FOUND,
    STORE_CODE.SEGMENT_NOT_FOUND,
    BYTES,
  ]);
});

test("a master that is not reached fails every key", () => {
  const batch = new GetBatch(BYTES, "a", 0, "together");
  batch.notLocated(2, STORE_CODE.RPC_FAIL);
  expect(batch.nextAttempts(locate)).toEqual([]);
  expect(batch.outcomes()).toEqual([failed(STORE_CODE.RPC_FAIL), failed(STORE_CODE.RPC_FAIL)]);
});

test("a copy of another size is never read, and an object that has only such ones is INVALID_PARAMS", () => {
  const shorter: ReplicaDescriptor = { ...memory("a:1"), bytes: BYTES - 1 };
  const batch = batchOf(found(shorter), found(shorter, memory("b:1")));
  const attempts = batch.nextAttempts(locate);
  expect(
    attempts.map(({ segment_name, reads }) => [segment_name, reads.map((one) => one.key_index)]),
  ).toEqual([["b:1", [1]]]);
  expect(batch.outcomes().map(({ code }) => code)[0]).toBe(STORE_CODE.INVALID_PARAMS);
});

test("in turn: what is in memory first, then one owner's disk after the other, and only then what failed before", () => {
  const batch = new GetBatch(BYTES, "a", 0, "in_turn");
  batch.located([
    found(disk("a:1")),
    found(memory("b:1", 0)),
    found(disk("b:1")),
    found(memory("a:1", 0), disk("a:1")),
    found(disk("a:1")),
  ]);
  const turns: string[][] = [];
  for (
    let attempts = batch.nextAttempts(locate);
    attempts.length > 0;
    attempts = batch.nextAttempts(locate)
  ) {
    turns.push(
      attempts.map(
        ({ tier, segment_name, reads }) =>
          `${tier} ${segment_name}: ${reads.map(({ key_index }) => key_index).join()}`,
      ),
    );
    for (const { tier, reads } of attempts) {
      // The memory copy of object 3 does not come.
      for (const { key_index } of reads) {
        batch.copied(key_index, tier === "cpu" && key_index === 3 ? "failed" : "ok", 1, tier, false);
      }
    }
  }
  expect(turns).toEqual([["cpu b:1: 1", "cpu a:1: 3"], ["disk a:1: 0,4"], ["disk b:1: 2"], ["disk a:1: 3"]]);
  expect(batch.outcomes().map(({ code }) => code)).toEqual([BYTES, BYTES, BYTES, BYTES, BYTES]);
});
