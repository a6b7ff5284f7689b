// What a data plane with remote regions must do, whatever carries its bytes, against another process.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../harness/domain/assert.ts";
import type { BlockIdentity, Op, Region } from "./data_plane.ts";
import { NetworkedDataPlane } from "./networked_data_plane.ts";
import { openDataPlane } from "./open_data_plane.ts";
import type { RdmaPlaneOptions } from "./rdma_open.ts";
import { RdmaPeer } from "./rdma_peer.ts";
import { PEER_BLOCK_BYTES, PEER_BLOCKS, peerBlock } from "./rdma_peer_process.ts";
import { openRdmaPlane } from "./rdma_plane.ts";

const TIMEOUT_MS = 20_000;

export function networkedDataPlaneContract(options: RdmaPlaneOptions): void {
  let shm = "";
  let plane: NetworkedDataPlane;
  let own: Region;

  beforeEach(() => {
    shm = mkdtempSync("/dev/shm/tierbench-net-");
    const local = openDataPlane();
    const fabric = openRdmaPlane(options);
    assert(local.ok && fabric.ok, "the planes open");
    plane = new NetworkedDataPlane(local.value, fabric.value, TIMEOUT_MS);
    const region = plane.createRegion(join(shm, "own"), PEER_BLOCKS * PEER_BLOCK_BYTES, 1);
    assert(region.ok, "a region can be made");
    own = region.value;
  });

  afterEach(async () => {
    await plane.close();
    rmSync(shm, { recursive: true });
  });

  function copy(
    from: Region,
    from_block: number,
    to: Region,
    to_block: number,
    verify: BlockIdentity | null,
  ): Op {
    const from_offset = from_block * PEER_BLOCK_BYTES;
    const to_offset = to_block * PEER_BLOCK_BYTES;
    return {
      kind: "copy",
      from,
      from_offset,
      to,
      to_offset,
      bytes: PEER_BLOCK_BYTES,
      verify,
      earliest_done_ns: 0,
    };
  }

  async function attachPeer(peer: RdmaPeer): Promise<Region> {
    const remote = plane.attachRemote(await peer.own("a"));
    assert(remote.ok, "a good key is attached");
    return remote.value;
  }

  test("local and remote ops of one batch have their results in the order of ops", async () => {
    await using peer = new RdmaPeer(shm, options);
    const remote = await attachPeer(peer);
    const results = await plane.submit([
      copy(remote, 0, own, 0, peerBlock("a", 0, 3)),
      {
        kind: "verify",
        region: own,
        offset: 7 * PEER_BLOCK_BYTES,
        bytes: PEER_BLOCK_BYTES,
        identity: peerBlock("a", 7, 3),
      },
      copy(remote, 1, own, 1, peerBlock("a", 2, 3)),
      copy(remote, 2, own, 2, peerBlock("a", 2, 4)),
      copy(remote, PEER_BLOCKS, own, 3, null),
      { kind: "wait_until", deadline_ns: 0 },
    ]);
    // Block 7 was never written; block 1 is not block 2; block 2 has weights version 3, not 4.
    expect(results.map((result) => result.code)).toEqual([
      "ok",
      "corrupt",
      "corrupt",
      "stale",
      "out_of_range",
      "ok",
    ]);
    expect(results[3]?.value).toBe(3);
  });

  test("a copy to a remote region arrives there, and a held copy ends not before its time", async () => {
    await using peer = new RdmaPeer(shm, options);
    const remote = await attachPeer(peer);
    const identity = peerBlock("b", 0, 3);
    const fill = { kind: "fill", region: own, offset: 0, bytes: PEER_BLOCK_BYTES, identity } as const;
    await plane.submit([fill]);
    const earliest_done_ns = plane.now_ns() + 200e6;
    const held = { ...copy(own, 0, remote, 0, null), earliest_done_ns } as Op;
    const [result] = await plane.submit([held]);
    expect(result?.code).toBe("ok");
    expect(result?.end_ns).toBeGreaterThanOrEqual(earliest_done_ns);
    expect((await peer.verify("a", "b"))[0]).toBe("ok");
  });

  test("memory that its owner has dropped, and an owner that died, are dead peers", async () => {
    await using peer = new RdmaPeer(shm, options);
    const remote = await attachPeer(peer);
    expect((await plane.submit([copy(remote, 0, own, 0, null)]))[0]?.code).toBe("ok");
    await peer.ask({ do: "drop", segment: "a" });
    expect((await plane.submit([copy(remote, 0, own, 0, null)]))[0]?.code).toBe("peer_dead");
    peer.signal("SIGKILL");
    expect((await plane.submit([copy(remote, 0, own, 0, null)]))[0]?.code).toBe("peer_dead");
    plane.closeRegion(remote);
  });

  test("a published region's key ends with the region", async () => {
    const key = await plane.publish(own);
    assert(key.ok, "a region is published");
    const fabric = openRdmaPlane(options);
    const local = openDataPlane();
    assert(fabric.ok && local.ok, "the planes open");
    const reader = new NetworkedDataPlane(local.value, fabric.value, TIMEOUT_MS);
    const into = reader.createRegion(join(shm, "reader"), PEER_BLOCK_BYTES, 1);
    const remote = reader.attachRemote(key.value);
    assert(into.ok && remote.ok, "memory is there");
    expect((await reader.submit([copy(remote.value, 0, into.value, 0, null)]))[0]?.code).toBe("ok");
    plane.closeRegion(own);
    expect((await reader.submit([copy(remote.value, 0, into.value, 0, null)]))[0]?.code).toBe("peer_dead");
    await reader.close();
  });
}
