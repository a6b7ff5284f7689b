// The other process of the tests in this folder: does what its arguments say, prints a line when it is there, and stays until
// its standard input ends or it is killed.

import { assert } from "../../harness/domain/assert.ts";
import type { BlockHash } from "../../harness/domain/block_hash.ts";
import type { BlockIdentity, DataPlane, Region } from "./data_plane.ts";
import { openDataPlane } from "./open_data_plane.ts";
import { attachSharedNumbers } from "./shared_numbers.ts";

export const PEER_REGION_BYTES: number = 1 << 20;
export const PEER_GENERATION = 3;
export const PEER_BLOCK_BYTES: number = 256 << 10;

/** Block `index` of the peer's region lies at index × PEER_BLOCK_BYTES. */
export function peerBlock(index: number): BlockIdentity {
  return { model_id: 7, hash: (2 ** 52 + index) as BlockHash, weights_version: 1 };
}

const COMMANDS: Readonly<Record<string, (path: string) => Promise<void>>> = {
  async own_region(path) {
    const region = makeRegion(openPlane(), path);
    const fills = [0, 1, 2, 3].map((index) => ({
      kind: "fill" as const,
      region: region.region,
      offset: index * PEER_BLOCK_BYTES,
      bytes: PEER_BLOCK_BYTES,
      identity: peerBlock(index),
    }));
    for (const result of await region.plane.submit(fills)) assert(result.code === "ok", "a fill succeeds");
    await stay("ready");
  },

  async hold_numbers(path) {
    const numbers = attachSharedNumbers(path);
    assert(numbers.ok, "the numbers are there");
    numbers.value.update((values) => {
      values[0] = 42;
      process.stdout.write("ready\n");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });
  },

  async add_numbers(path) {
    const numbers = attachSharedNumbers(path);
    assert(numbers.ok, "the numbers are there");
    for (let i = 0; i < 1000; i++) {
      numbers.value.update((values) => {
        values[0] = (values[0] ?? 0) + 1;
      });
    }
    numbers.value.close();
  },

  /** Has nothing to wait for but a native op. */
  async wait_natively() {
    const plane = openPlane();
    const [result] = await plane.submit([{ kind: "wait_until", deadline_ns: plane.now_ns() + 30e6 }]);
    process.stdout.write(`${result?.code}\n`);
  },

  /** Leaves without closing anything, with an op under way. */
  async exit_suddenly(path) {
    const { plane, region } = makeRegion(openPlane(), path);
    const kept_busy = { kind: "crc32c" as const, region, offset: 0, bytes: PEER_REGION_BYTES };
    void plane.submit([
      { kind: "wait_until", deadline_ns: plane.now_ns() + 3600e9 },
      ...Array(64).fill(kept_busy),
    ]);
    process.exit(0);
  },

  async open_only() {
    const plane = openDataPlane();
    process.stdout.write(plane.ok ? "opened\n" : `${plane.error.code}: ${plane.error.detail}\n`);
    if (plane.ok) await plane.value.close();
  },
};

function openPlane(): DataPlane {
  const plane = openDataPlane();
  assert(plane.ok, "the native library is there");
  return plane.value;
}

function makeRegion(plane: DataPlane, path: string): { plane: DataPlane; region: Region } {
  const region = plane.createRegion(path, PEER_REGION_BYTES, PEER_GENERATION);
  assert(region.ok, "the peer's region can be made");
  return { plane, region: region.value };
}

async function stay(line: string): Promise<void> {
  process.stdout.write(`${line}\n`);
  for await (const _ of process.stdin);
}

if (import.meta.main) {
  const [command = "", path = ""] = process.argv.slice(2);
  await COMMANDS[command]?.(path);
}
