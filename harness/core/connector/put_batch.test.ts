import { expect, test } from "bun:test";
import type { PutTarget } from "../../domain/master_api.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { copiesToWrite, PutBatch } from "./put_batch.ts";

function target(...places: [segment_name: string, offset: number][]): PutTarget {
  const replicas = places.map(([segment_name, offset]) => ({
    tier: "cpu" as const,
    segment_name,
    generation: 1,
    offset,
    bytes: 64,
  }));
  return { code: STORE_CODE.OK, replicas };
}

const EXISTS: PutTarget = { code: STORE_CODE.OBJECT_ALREADY_EXISTS, replicas: [] };
const FULL: PutTarget = { code: STORE_CODE.NO_AVAILABLE_HANDLE, replicas: [] };

test("every copy is written of an object that has space, none of one that has not", () => {
  const two = target(["a", 0], ["b", 64]);
  expect(copiesToWrite(two)).toBe(two.replicas);
  expect(copiesToWrite({ ...two, code: STORE_CODE.NO_AVAILABLE_HANDLE })).toEqual([]);
});

test("an object of which one copy failed is revoked, the others end", () => {
  const batch = new PutBatch();
  batch.started([target(["a", 0], ["b", 0]), target(["a", 64]), FULL]);
  batch.writeFailed(0, STORE_CODE.TRANSFER_FAIL);
  expect(batch.toEnd()).toEqual([1]);
  expect(batch.toRevoke()).toEqual([0]);
  batch.ended([1], [STORE_CODE.OK]);
  expect(batch.codes()).toEqual([STORE_CODE.TRANSFER_FAIL, STORE_CODE.OK, STORE_CODE.NO_AVAILABLE_HANDLE]);
});

test("an object that exists counts as stored and is neither written, ended nor revoked", () => {
  const batch = new PutBatch();
  batch.started([EXISTS]);
  expect([...batch.toEnd(), ...batch.toRevoke()]).toEqual([]);
  expect(batch.existing()).toBe(1);
  expect(batch.codes()).toEqual([STORE_CODE.OK]);
});

test("what the master says at the end is the object's code", () => {
  const batch = new PutBatch();
  batch.started([target(["a", 0]), target(["a", 64])]);
  batch.ended(batch.toEnd(), [STORE_CODE.OK, STORE_CODE.OBJECT_NOT_FOUND]);
  expect(batch.codes()).toEqual([STORE_CODE.OK, STORE_CODE.OBJECT_NOT_FOUND]);
});

test("a master that is not reached fails every key", () => {
  const batch = new PutBatch();
  batch.notStarted(2, STORE_CODE.RPC_FAIL);
  expect(batch.codes()).toEqual([STORE_CODE.RPC_FAIL, STORE_CODE.RPC_FAIL]);
});
