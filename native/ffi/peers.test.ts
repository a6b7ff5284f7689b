// A data plane whose regions belong to another process, and processes that end in every way.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../harness/domain/assert.ts";
import type { BlockIdentity, DataPlane, Op, Region } from "./data_plane.ts";
import { openDataPlane } from "./open_data_plane.ts";
import { PEER_BLOCK_BYTES, PEER_GENERATION, PEER_REGION_BYTES, peerBlock } from "./peer_fixture.ts";
import { attachSharedNumbers, createSharedNumbers } from "./shared_numbers.ts";
import { runPeer, spawnPeer } from "./spawn_peer_fixture.ts";

/** Where a region's data starts in its file. */
const HEADER_BYTES = 4096;

let shm = "";
let plane: DataPlane;
let own: Region;

beforeEach(() => {
  shm = mkdtempSync("/dev/shm/tierbench-test-");
  const opened = openDataPlane();
  assert(opened.ok, "the native library is there");
  plane = opened.value;
  const region = plane.createRegion(join(shm, "own"), PEER_REGION_BYTES, 0);
  assert(region.ok, "a region can be made");
  own = region.value;
});

afterEach(async () => {
  await plane.close();
  rmSync(shm, { recursive: true });
});

function attach(path: string): Region {
  const region = plane.attachRegion(path, PEER_GENERATION);
  assert(region.ok, region.ok ? "" : region.error.detail);
  return region.value;
}

const pull = (from: Region, index: number, expected: BlockIdentity): Op => ({
  kind: "copy",
  from,
  from_offset: index * PEER_BLOCK_BYTES,
  to: own,
  to_offset: index * PEER_BLOCK_BYTES,
  bytes: PEER_BLOCK_BYTES,
  verify: expected,
  earliest_done_ns: 0,
});

test("blocks of another process are copied, and corrupt and stale ones are told from good ones", async () => {
  const path = join(shm, "peer");
  await using _peer = await spawnPeer("own_region", path);
  const region = attach(path);
  const file = openSync(path, "r+");
  writeSync(file, "?", HEADER_BYTES + 1 * PEER_BLOCK_BYTES + 100_000);
  closeSync(file);
  const results = await plane.submit([
    pull(region, 0, peerBlock(0)),
    pull(region, 1, peerBlock(1)),
    pull(region, 2, { ...peerBlock(2), weights_version: 2 }),
    pull(region, 3, peerBlock(0)),
  ]);
  expect(results.map((result) => result.code)).toEqual(["ok", "corrupt", "stale", "corrupt"]);
  expect(results[2]?.value).toBe(1);
});

test("a killed maker is a dead peer to every kind of op, and nobody attaches any more", async () => {
  const path = join(shm, "peer");
  await using peer = await spawnPeer("own_region", path);
  const region = attach(path);
  expect((await plane.submit([pull(region, 0, peerBlock(0))]))[0]?.code).toBe("ok");
  await peer.kill();
  const range = { region, offset: 0, bytes: PEER_BLOCK_BYTES };
  const results = await plane.submit([
    pull(region, 0, peerBlock(0)),
    { ...pull(region, 0, peerBlock(0)), from: own, to: region } as Op,
    { kind: "verify", ...range, identity: peerBlock(0) },
    { kind: "crc32c", ...range },
  ]);
  expect(results.map((result) => result.code)).toEqual(Array(4).fill("peer_dead"));
  const late = plane.attachRegion(path, null);
  expect(late.ok ? "" : late.error.code).toBe("not_found");
});

test("a process stays for its native ops alone", async () => {
  expect(await runPeer("wait_natively", "")).toEqual({ exit_code: 0, printed: "ok\n" });
});

test("a process that exits with ops under way ends cleanly and leaves no memory behind", async () => {
  const path = join(shm, "sudden");
  expect(await runPeer("exit_suddenly", path)).toEqual({ exit_code: 0, printed: "" });
  expect(existsSync(path)).toBe(false);
});

test("without a compiler on PATH the error says what to install", async () => {
  const { printed } = await runPeer("open_only", "", { PATH: shm });
  expect(printed).toStartWith("no_compiler: ");
  expect(printed).toContain("apt-get install g++");
});

test("numbers outlive a holder that is killed inside update", async () => {
  const path = join(shm, "numbers");
  const numbers = createSharedNumbers(path, 2);
  assert(numbers.ok, "numbers can be made");
  const peer = await spawnPeer("hold_numbers", path);
  await peer.kill();
  const seen: number[] = [];
  numbers.value.update((values) => seen.push(...values));
  expect(seen).toEqual([42, 0]);
  numbers.value.close();
  expect(existsSync(path)).toBe(false);
});

test("numbers lose no update between processes", async () => {
  const path = join(shm, "numbers");
  const numbers = createSharedNumbers(path, 1);
  assert(numbers.ok, "numbers can be made");
  const peers = [runPeer("add_numbers", path), runPeer("add_numbers", path)];
  expect((await Promise.all(peers)).map((peer) => peer.exit_code)).toEqual([0, 0]);
  // 2 processes × 1000 additions of 1
  numbers.value.update((values) => expect(values[0]).toBe(2000));
  numbers.value.close();
});

test("numbers say what went wrong, and are refused once closed", () => {
  const path = join(shm, "numbers");
  const missing = attachSharedNumbers(path);
  expect(missing.ok ? "" : missing.error.code).toBe("not_found");
  const numbers = createSharedNumbers(path, 3);
  assert(numbers.ok, "numbers can be made");
  const again = createSharedNumbers(path, 3);
  expect(again.ok ? "" : again.error.code).toBe("exists");
  const attached = attachSharedNumbers(path);
  assert(attached.ok, "numbers can be attached");
  expect(attached.value.length).toBe(3);
  attached.value.close();
  expect(existsSync(path)).toBe(true);
  numbers.value.close();
  expect(() => numbers.value.update(() => {})).toThrow("is open");
});
