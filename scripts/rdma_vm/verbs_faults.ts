// Faults that only a device has; runs inside the VM: bun test ./scripts/rdma_vm/verbs_faults.ts

import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../harness/domain/assert.ts";
import type { DataPlane } from "../../native/ffi/data_plane.ts";
import { FabricPeer } from "../../native/ffi/fabric_peer.ts";
import {
  type Exhaustion,
  PEER_BLOCK_BYTES,
  PEER_BLOCKS,
  peerBlock,
} from "../../native/ffi/fabric_peer_process.ts";
import type { FabricOp, FabricPlane } from "../../native/ffi/fabric_plane.ts";
import { openDataPlane } from "../../native/ffi/open_data_plane.ts";
import { openFabricPlane } from "../../native/ffi/open_fabric_plane.ts";
import { SOFT_ROCE } from "./soft_roce.ts";

let shm = "";
let data: DataPlane;
let plane: FabricPlane;

beforeEach(() => {
  shm = mkdtempSync("/dev/shm/tierbench-faults-");
  const opened = openDataPlane();
  const fabric = openFabricPlane(SOFT_ROCE);
  assert(opened.ok, opened.ok ? "" : opened.error.detail);
  assert(fabric.ok, fabric.ok ? "" : fabric.error.detail);
  data = opened.value;
  plane = fabric.value;
});

afterEach(async () => {
  setLink("up");
  await plane.close();
  await data.close();
  rmSync(shm, { recursive: true });
});

function setLink(state: "up" | "down"): void {
  const run = Bun.spawnSync(["ip", "link", "set", "dummy0", state]);
  assert(run.exitCode === 0, run.stderr.toString());
}

test("ops that meet a link that is down end in time, and the same ops succeed once it is up", async () => {
  await using peer = new FabricPeer(shm, SOFT_ROCE);
  const shm_path = join(shm, "own");
  const memory = data.createRegion(shm_path, PEER_BLOCKS * PEER_BLOCK_BYTES, 1);
  const own = await plane.register({ kind: "shm", shm_path, generation: 1 });
  const remote = plane.attach(await peer.own("a"));
  assert(memory.ok && own.ok && remote.ok, "memory is registered");
  const gets = Array.from({ length: PEER_BLOCKS }, (_, index): FabricOp => {
    const offset = index * PEER_BLOCK_BYTES;
    const bytes = PEER_BLOCK_BYTES;
    return {
      kind: "get",
      region: own.value,
      region_offset: offset,
      remote: remote.value,
      remote_offset: offset,
      bytes,
    };
  });
  setLink("down");
  const down = await plane.submit(gets, { timeout_ms: 500 });
  expect(down.map((result) => result.code)).toEqual(Array(PEER_BLOCKS).fill("timeout"));
  const waiting = plane.submit(gets, { timeout_ms: 20_000 });
  setLink("up");
  expect((await waiting).map((result) => result.code)).toEqual(Array(PEER_BLOCKS).fill("ok"));
  // A link that goes down under a batch and comes back delays it.
  const under_way = plane.submit(gets, { timeout_ms: 20_000 });
  setLink("down");
  setLink("up");
  expect((await under_way).map((result) => result.code)).toEqual(Array(PEER_BLOCKS).fill("ok"));
  for (const [index, { region_offset: offset, bytes }] of gets.entries()) {
    const identity = peerBlock("a", index, 3);
    const [result] = await data.submit([{ kind: "verify", region: memory.value, offset, bytes, identity }]);
    expect(result?.code).toBe("ok");
  }
});

test("a process at its limit of locked memory is refused more registrations, and says so", async () => {
  for (const name of readdirSync("/dev/infiniband")) chmodSync(join("/dev/infiniband", name), 0o666);
  chmodSync(shm, 0o777);
  const nobody = ["setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all"];
  await using peer = new FabricPeer(shm, SOFT_ROCE, ["prlimit", `--memlock=${64 << 20}`, ...nobody]);
  // 64 MiB of locked memory hold fewer than 16 × 8 MiB.
  const end = await peer.ask<Exhaustion>({ do: "exhaust", bytes: 8 << 20, at_most: 16 });
  expect(end.code).toBe("registration_exhausted");
  expect(end.registered).toBeGreaterThan(0);
  expect(end.registered).toBeLessThan(8);
});
