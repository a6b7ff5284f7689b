import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../harness/domain/assert.ts";
import type { BlockHash } from "../../harness/domain/block_hash.ts";
import type { Result } from "../../harness/domain/result.ts";
import type { BlockIdentity, DataPlane, Op, OpCode, OpResult, Region } from "./data_plane.ts";
import { type DataPlaneOptions, openDataPlane } from "./open_data_plane.ts";

const KIB = 1024;
const block: BlockIdentity = { model_id: 1, hash: (2 ** 53 - 1) as BlockHash, weights_version: 4 };

let shm = "";
let disk = "";
let open: DataPlane[] = [];

beforeEach(() => {
  shm = mkdtempSync("/dev/shm/tierbench-test-");
  disk = mkdtempSync("/tmp/tierbench-test-");
});

afterEach(async () => {
  for (const plane of open) await plane.close();
  open = [];
  rmSync(shm, { recursive: true });
  rmSync(disk, { recursive: true });
});

function openPlane(options: DataPlaneOptions = {}): DataPlane {
  const plane = need(openDataPlane(options));
  open.push(plane);
  return plane;
}

function need<T>(result: Result<T, { readonly detail: string }>): T {
  assert(result.ok, result.ok ? "" : result.error.detail);
  return result.value;
}

function codeOf(result: Result<unknown, { readonly code: string }>): string {
  return result.ok ? "ok" : result.error.code;
}

async function one(plane: DataPlane, op: Op): Promise<OpResult> {
  const [result] = await plane.submit([op]);
  assert(result !== undefined, "one op has one result");
  return result;
}

async function codes(plane: DataPlane, ops: readonly Op[]): Promise<OpCode[]> {
  return (await plane.submit(ops)).map((result) => result.code);
}

const fill = (region: Region, offset: number, bytes: number, identity = block): Op => ({
  kind: "fill",
  region,
  offset,
  bytes,
  identity,
});

const verify = (region: Region, offset: number, bytes: number, identity = block): Op => ({
  kind: "verify",
  region,
  offset,
  bytes,
  identity,
});

const copy = (from: Region, to: Region, bytes: number, earliest_done_ns = 0): Op => ({
  kind: "copy",
  from,
  from_offset: 0,
  to,
  to_offset: 4 * KIB,
  bytes,
  verify: block,
  earliest_done_ns,
});

describe("regions", () => {
  test("say what went wrong by a closed code", async () => {
    const plane = openPlane();
    const path = join(shm, "r");
    need(plane.createRegion(path, 64 * KIB, 2));
    writeFileSync(join(shm, "text"), "x".repeat(8192));
    expect(codeOf(plane.createRegion(path, 64 * KIB, 2))).toBe("exists");
    expect(codeOf(plane.attachRegion(join(shm, "none"), null))).toBe("not_found");
    expect(codeOf(plane.attachRegion(path, 3))).toBe("wrong_generation");
    expect(codeOf(plane.attachRegion(join(shm, "text"), null))).toBe("not_a_region");
    expect(codeOf(plane.createRegion(join(shm, "huge"), 2 ** 50, 1))).toBe("no_space");
    expect(codeOf(plane.createRegion("/proc/nowhere", 4096, 1))).toBe("not_found");
    expect(existsSync(join(shm, "huge"))).toBe(false);
    expect(need(plane.attachRegion(path, 2))).toMatchObject({
      bytes: 64 * KIB,
      generation: 2,
      shm_path: path,
    });
  });

  test("are refused once they are closed, and their file is gone", () => {
    const plane = openPlane();
    const region = need(plane.createRegion(join(shm, "r"), 64 * KIB, 0));
    plane.closeRegion(region);
    expect(existsSync(region.shm_path)).toBe(false);
    expect(() => plane.submit([fill(region, 0, 4 * KIB)])).toThrow("is an open region of this plane");
    const next = need(plane.createRegion(join(shm, "r"), 64 * KIB, 1));
    expect(next.region_id).toBe(region.region_id);
    expect(() => plane.closeRegion(region)).toThrow("is an open region of this plane");
  });

  test("cannot be closed under a running op", async () => {
    const plane = openPlane();
    const a = need(plane.createRegion(join(shm, "a"), 64 * KIB, 0));
    const b = need(plane.createRegion(join(shm, "b"), 64 * KIB, 0));
    await plane.submit([fill(a, 0, 4 * KIB)]);
    const held = plane.submit([copy(a, b, 4 * KIB, plane.now_ns() + 50e6)]);
    expect(() => plane.closeRegion(b)).toThrow("no op runs");
    expect((await held)[0]?.code).toBe("ok");
    plane.closeRegion(b);
  });
});

// Inside submit (inline), and on a copy thread.
for (const inline_bytes of [65536, 0]) {
  describe(`block ops with inline_bytes ${inline_bytes}`, () => {
    test("a copy is verified: ok, stale with the version found, corrupt", async () => {
      const plane = openPlane({ inline_bytes });
      const a = need(plane.createRegion(join(shm, "a"), 64 * KIB, 0));
      const b = need(plane.createRegion(join(shm, "b"), 64 * KIB, 0));
      await plane.submit([fill(a, 0, 32 * KIB)]);
      expect(await codes(plane, [copy(a, b, 32 * KIB)])).toEqual(["ok"]);
      expect(await codes(plane, [verify(b, 4 * KIB, 32 * KIB)])).toEqual(["ok"]);
      const reloaded = { ...block, weights_version: 5 };
      expect(await one(plane, verify(b, 4 * KIB, 32 * KIB, reloaded))).toMatchObject({
        code: "stale",
        value: 4,
      });
      // The lowest bit of the hash differs: a test that 53-bit hashes arrive whole.
      const other = { ...block, hash: (block.hash - 1) as BlockHash };
      expect(await one(plane, verify(b, 4 * KIB, 32 * KIB, other))).toMatchObject({
        code: "corrupt",
        value: 0,
      });
    });

    test("a range outside a region is out_of_range and the rest of the batch runs", async () => {
      const plane = openPlane({ inline_bytes });
      const a = need(plane.createRegion(join(shm, "a"), 64 * KIB, 0));
      const batch = [fill(a, 32 * KIB, 32 * KIB + 1), fill(a, 0, 4 * KIB), fill(a, -1, 64), fill(a, 0, 63)];
      expect(await codes(plane, batch)).toEqual(["out_of_range", "ok", "out_of_range", "out_of_range"]);
      expect(await one(plane, { kind: "crc32c", region: a, offset: 64 * KIB, bytes: 1 })).toMatchObject({
        code: "out_of_range",
      });
    });

    test("crc32c is that of RFC 3720: 32 zeros give 8a9136aa", async () => {
      const plane = openPlane({ inline_bytes });
      const a = need(plane.createRegion(join(shm, "a"), 64 * KIB, 0));
      expect(await one(plane, { kind: "crc32c", region: a, offset: 0, bytes: 32 })).toMatchObject({
        code: "ok",
        value: 0x8a9136aa,
      });
    });

    test("a copy is not done before its earliest time, though the bytes are there", async () => {
      const plane = openPlane({ inline_bytes });
      const a = need(plane.createRegion(join(shm, "a"), 64 * KIB, 0));
      const b = need(plane.createRegion(join(shm, "b"), 64 * KIB, 0));
      await plane.submit([fill(a, 0, 4 * KIB)]);
      const earliest_ns = plane.now_ns() + 20e6;
      const result = await one(plane, copy(a, b, 4 * KIB, earliest_ns));
      expect(result.code).toBe("ok");
      expect(result.end_ns).toBeGreaterThanOrEqual(earliest_ns);
    });
  });
}

describe("the pacer", () => {
  test("is never early, in any order of deadlines", async () => {
    const plane = openPlane();
    const start_ns = plane.now_ns();
    const deadlines_ns = [3e6, 0.4e6, 2e6, 0.7e6, 0, 1.1e6].map((after_ns) => start_ns + after_ns);
    const results = await plane.submit(
      deadlines_ns.map((deadline_ns) => ({ kind: "wait_until", deadline_ns })),
    );
    for (const [i, result] of results.entries()) {
      expect(result.code).toBe("ok");
      expect(result.end_ns).toBeGreaterThanOrEqual(deadlines_ns[i] ?? Number.POSITIVE_INFINITY);
    }
  });
});

describe("many ops", () => {
  test("10,000 in flight over 16 slots all complete, each with its own result", async () => {
    const plane = openPlane({ slot_count: 16, inline_bytes: 0 });
    const a = need(plane.createRegion(join(shm, "a"), 64 * KIB, 0));
    // Op i of a batch of 100 checks i % 64 zero bytes: its checksum tells whether results keep the order of ops.
    const lengths = Array.from({ length: 100 }, (_, i) => i % 64);
    const batch = lengths.map((bytes): Op => ({ kind: "crc32c", region: a, offset: 0, bytes }));
    const expected = (await plane.submit(batch)).map((result) => result.value);
    expect(new Set(expected).size).toBe(64);
    const batches = await Promise.all(Array.from({ length: 100 }, () => plane.submit(batch)));
    for (const results of batches) expect(results.map((result) => result.value)).toEqual(expected);
  });

  test("a later batch overtakes one that waits", async () => {
    const plane = openPlane();
    const done: string[] = [];
    const late = plane
      .submit([{ kind: "wait_until", deadline_ns: plane.now_ns() + 30e6 }])
      .then(() => done.push("late"));
    const soon = plane.submit([{ kind: "wait_until", deadline_ns: 0 }]).then(() => done.push("soon"));
    await Promise.all([late, soon]);
    expect(done).toEqual(["soon", "late"]);
  });

  test("an empty batch is done", async () => {
    expect(await openPlane().submit([])).toEqual([]);
  });
});

describe("close", () => {
  test("cancels what waits, with a slot or without, and unlinks the regions", async () => {
    const plane = need(openDataPlane({ slot_count: 2 }));
    const region = need(plane.createRegion(join(shm, "r"), 64 * KIB, 0));
    const hour_ns = plane.now_ns() + 3600e9;
    const waits = plane.submit(
      Array.from({ length: 5 }, () => ({ kind: "wait_until", deadline_ns: hour_ns })),
    );
    await plane.close();
    expect((await waits).map((result) => result.code)).toEqual(Array(5).fill("cancelled"));
    expect(existsSync(region.shm_path)).toBe(false);
    expect(() => plane.submit([])).toThrow("the plane is open");
  });
});

describe("disk files", () => {
  const ways: [string, DataPlaneOptions, RegExp][] = [
    ["the best path of the disk", {}, /^(io_uring\+direct|pread\+direct|pread\+buffered)$/],
    ["no io_uring", { io_uring: false }, /^(pread\+direct|pread\+buffered)$/],
    ["no O_DIRECT", { direct_io: false }, /^pread\+buffered$/],
  ];
  for (const [name, options, path_taken] of ways) {
    test(`round trip by ${name}`, async () => {
      const plane = openPlane(options);
      const a = need(plane.createRegion(join(shm, "a"), 256 * KIB, 0));
      const b = need(plane.createRegion(join(shm, "b"), 256 * KIB, 0));
      const path = join(disk, "bucket");
      const written = need(plane.openFile(path, "create", 128 * KIB));
      expect(written.path_taken).toMatch(path_taken);
      await plane.submit([fill(a, 4 * KIB, 64 * KIB)]);
      const bytes = 64 * KIB;
      const write: Op = {
        kind: "file_write",
        file: written,
        file_offset: bytes,
        region: a,
        offset: 4 * KIB,
        bytes,
      };
      expect(await codes(plane, [write])).toEqual(["ok"]);
      plane.closeFile(written);

      const file = need(plane.openFile(path, "read", 128 * KIB));
      const read: Op = { kind: "file_read", file, file_offset: bytes, region: b, offset: 8 * KIB, bytes };
      expect(await codes(plane, [read])).toEqual(["ok"]);
      expect(await codes(plane, [verify(b, 8 * KIB, bytes)])).toEqual(["ok"]);
      expect(await codes(plane, [{ ...read, file_offset: 128 * KIB }])).toEqual(["out_of_range"]);

      truncateSync(path, 4 * KIB);
      expect((await one(plane, read)).code).toBe("io_error");
      plane.closeFile(file);
      expect(codeOf(plane.openFile(path, "create", 4 * KIB))).toBe("exists");
      expect(codeOf(plane.openFile(path, "read", 8 * KIB))).toBe("io");
      expect(codeOf(plane.openFile(join(disk, "none"), "read", 0))).toBe("not_found");
      expect(codeOf(plane.openFile(join(disk, "huge"), "create", 2 ** 52))).toBe("no_space");
      expect(existsSync(join(disk, "huge"))).toBe(false);
    });
  }
});
