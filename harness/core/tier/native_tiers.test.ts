import { expect, test } from "bun:test";
import { present } from "../../domain/assert.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { type NativeFileWrite, type NativeRead, NativeTiers } from "./native_tiers.ts";

/** Stores each block with bytes that arrive at once; what is to be written to files is returned. */
function store(tiers: NativeTiers, ...keys: string[]): NativeFileWrite[] {
  return tiers
    .beginWrite(keys)
    .flatMap((write) => (write.state === "copy" ? (tiers.endWrite(write.memory, true) ?? []) : []));
}

function fromDisk(read: NativeRead): Extract<NativeRead, { readonly from: "disk" }> {
  if (read.from !== "disk") throw new Error(`comes from ${read.from}`);
  return read;
}

test("a full pool evicts the least recently used block, and a lookup is a use", () => {
  const tiers = new NativeTiers({ cpu_slots: 2, disk_files: 0 });
  store(tiers, "a", "b");
  expect(tiers.exists(["a"])).toEqual([1]); // b is older now
  store(tiers, "c");
  expect(tiers.exists(["a", "b", "c"])).toEqual([1, 0, 1]);
  expect(tiers.snapshot()).toMatchObject({ native_cpu_keys: 2, native_evicted_keys: 1 });
});

test("a block that is being read is not evicted, and a store that finds no room stores nothing of its call", () => {
  const tiers = new NativeTiers({ cpu_slots: 2, disk_files: 0 });
  store(tiers, "a", "b");
  const read = tiers.beginRead("a");
  expect(tiers.beginWrite(["c", "d"]).map(({ state }) => state)).toEqual(["no_room", "no_room"]);
  expect(tiers.snapshot().native_refused_keys).toBe(2);
  tiers.endRead(read);
  expect(tiers.beginWrite(["c", "d"]).map(({ state }) => state)).toEqual(["copy", "copy"]);
});

test("a block is found once its bytes are there, and stored once", () => {
  const tiers = new NativeTiers({ cpu_slots: 2, disk_files: 0 });
  const [write] = tiers.beginWrite(["a"]);
  expect(tiers.exists(["a"])).toEqual([0]);
  expect(tiers.beginWrite(["a"])).toEqual([{ state: "exists" }]);
  expect(tiers.beginRead("a")).toEqual({ from: null, code: STORE_CODE.OBJECT_NOT_FOUND });
  if (write?.state === "copy") tiers.endWrite(write.memory, true);
  expect(tiers.exists(["a"])).toEqual([1]);
});

test("a store makes no room at the cost of blocks that the same call finds there", () => {
  const tiers = new NativeTiers({ cpu_slots: 2, disk_files: 0 });
  store(tiers, "a", "b");
  const states = tiers.beginWrite(["c", "a"]).map(({ state }) => state);
  expect(states).toEqual(["copy", "exists"]); // c takes the slot of b
  expect(tiers.exists(["a", "b"])).toEqual([1, 0]);
});

test("bytes that did not arrive leave no block and no slot taken", () => {
  const tiers = new NativeTiers({ cpu_slots: 1, disk_files: 0 });
  const [write] = tiers.beginWrite(["a"]);
  if (write?.state === "copy") expect(tiers.endWrite(write.memory, false)).toBeNull();
  expect(tiers.exists(["a"])).toEqual([0]);
  expect(tiers.beginWrite(["b"])).toMatchObject([{ state: "copy" }]);
});

test("with a disk tier, an evicted block is read from its file into a slot of its own", () => {
  const tiers = new NativeTiers({ cpu_slots: 1, disk_files: 4 });
  const [of_a] = store(tiers, "a");
  expect(tiers.beginWrite(["b"])).toEqual([{ state: "no_room" }]); // a keeps its slot until its file is written
  tiers.endFileWrite(present(of_a, "a goes to a file"), true);
  for (const write of store(tiers, "b")) tiers.endFileWrite(write, true);
  expect(tiers.exists(["a", "b"])).toEqual([1, 1]);
  const read = fromDisk(tiers.beginRead("a"));
  tiers.fileRead(read, true);
  tiers.endRead(read);
  expect(tiers.beginRead("a").from).toBe("cpu");
  // b was evicted for a, a for b and b for a: three stores or promotions of one slot, two evictions.
  expect(tiers.snapshot()).toMatchObject({
    native_evicted_keys: 2,
    native_promoted_keys: 1,
    native_disk_keys: 2,
  });
});

test("a file that cannot be read is forgotten and deleted", () => {
  const tiers = new NativeTiers({ cpu_slots: 1, disk_files: 4 });
  for (const key of ["a", "b"]) for (const write of store(tiers, key)) tiers.endFileWrite(write, true);
  const read = fromDisk(tiers.beginRead("a"));
  tiers.fileRead(read, false);
  tiers.endRead(read);
  expect(tiers.exists(["a"])).toEqual([0]);
  expect(tiers.takeRemovedFiles()).toEqual([read.file.place]);
  expect(tiers.beginWrite(["c"])).toMatchObject([{ state: "copy" }]); // the slot is free again
});

test("a full disk drops the file of the least recently used block", () => {
  const tiers = new NativeTiers({ cpu_slots: 4, disk_files: 2 });
  const writes = ["a", "b", "c"].flatMap((key) => {
    const made = store(tiers, key);
    for (const write of made) tiers.endFileWrite(write, true);
    return made;
  });
  expect(tiers.takeRemovedFiles()).toEqual([present(writes[0], "a was written").file.place]);
  expect(tiers.takeRemovedFiles()).toEqual([]);
  expect(tiers.snapshot()).toMatchObject({ native_disk_keys: 2, native_cpu_keys: 3 });
});

test("a reset forgets all at once; slots and files in use go when their users are done", () => {
  const tiers = new NativeTiers({ cpu_slots: 2, disk_files: 4 });
  const [of_a] = store(tiers, "a");
  const read = tiers.beginRead("a");
  expect(tiers.removeAll()).toBe(1);
  expect(tiers.exists(["a"])).toEqual([0]);
  expect(tiers.takeRemovedFiles()).toEqual([]);
  tiers.endRead(read);
  tiers.endFileWrite(present(of_a, "a goes to a file"), true);
  expect(tiers.takeRemovedFiles()).toHaveLength(1);
  // Both slots can be had again: nothing leaked.
  expect(tiers.beginWrite(["b", "c"])).toMatchObject([{ state: "copy" }, { state: "copy" }]);
});
