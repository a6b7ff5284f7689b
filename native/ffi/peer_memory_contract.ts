// What a data plane must do with memory of other processes, whatever carries the bytes: run through this host's memory, over plain
// sockets, over libfabric's tcp provider and, in the VM of scripts/rdma_vm, over a device. What only a network has is in
// network_plane_contract.ts.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { compileForTest } from "./compile_for_test.ts";
import type { CopyOp } from "./data_plane.ts";
import { PEER_BLOCK_BYTES, PEER_BLOCKS, peerBlock } from "./fabric_peer_process.ts";
import { PEER_GENERATION, PeerMemoryFixture, type PeerMemorySubject } from "./peer_memory_fixture.ts";

const HOUR_NS = 3_600e9;

export function peerMemoryContract(subject: PeerMemorySubject): void {
  compileForTest(subject.fabric.provider);
  const f = new PeerMemoryFixture(subject);

  describe(`memory of other processes by ${subject.name}`, () => {
    beforeEach(() => f.open());
    afterEach(() => f.dispose());
    results(f);
    deaths(f);
    limits(f);
  });
}

function results(f: PeerMemoryFixture): void {
  test("each op of a batch has its own result, in the order of ops, whichever side it is on", async () => {
    await using peer = f.startPeer();
    const remote = await f.attach(peer, "a");
    const results = await f.plane.submit([
      f.get(remote, "a", 0),
      {
        kind: "verify",
        region: f.own,
        offset: 7 * PEER_BLOCK_BYTES,
        bytes: PEER_BLOCK_BYTES,
        identity: peerBlock("a", 7, PEER_GENERATION),
      },
      f.copy(remote, 1, f.own, 1, peerBlock("a", 2, PEER_GENERATION)),
      f.copy(remote, 2, f.own, 2, peerBlock("a", 2, PEER_GENERATION + 1)),
      f.copy(remote, PEER_BLOCKS, f.own, 3),
      { kind: "wait_until", deadline_ns: 0 },
    ]);
    // Block 7 was never written; block 1 is not block 2; block 2 has weights version 3, not 4; there are 8 blocks.
    const codes = ["ok", "corrupt", "corrupt", "stale", "out_of_range", "ok"];
    expect(results.map(({ code }): string => code)).toEqual(codes);
    expect(results[3]?.value).toBe(PEER_GENERATION);
  });

  test("a copy to a peer's memory arrives there, and a held copy ends not before its time", async () => {
    await using peer = f.startPeer();
    const remote = await f.attach(peer, "a");
    const identity = peerBlock("b", 0, PEER_GENERATION);
    await f.plane.submit([{ kind: "fill", region: f.own, offset: 0, bytes: PEER_BLOCK_BYTES, identity }]);
    const earliest_done_ns = f.plane.now_ns() + 200e6;
    const [result] = await f.plane.submit([{ ...f.copy(f.own, 0, remote, 0), earliest_done_ns }]);
    expect(result?.code).toBe("ok");
    expect(result?.end_ns).toBeGreaterThanOrEqual(earliest_done_ns);
    expect((await peer.verify("a", "b"))[0]).toBe("ok");
  });

  test("many segments of many peers are served in one batch", async () => {
    await using first = f.startPeer();
    await using second = f.startPeer();
    const ops: CopyOp[] = [];
    for (const [i, segment] of ["a", "b", "c"].entries()) {
      ops.push(f.get(await f.attach(first, segment), segment, i, 2 * i));
      ops.push(f.get(await f.attach(second, `${segment}2`), `${segment}2`, i, 2 * i + 1));
    }
    expect(await f.codesOf(ops)).toEqual(Array(6).fill("ok"));
  });
}

function deaths(f: PeerMemoryFixture): void {
  test("memory that its owner has dropped is dead, and what it makes there next is not taken for it", async () => {
    await using peer = f.startPeer();
    const old = await f.attach(peer, "a");
    expect(await f.codesOf([f.get(old, "a", 0)])).toEqual(["ok"]);
    await peer.ask({ do: "drop", segment: "a" });
    expect(await f.codesOf([f.get(old, "a", 0)])).toEqual(["peer_dead"]);
    const next = await f.attach(peer, "a", PEER_GENERATION + 1);
    expect(await f.codesOf([f.copy(f.own, 0, old, 0), f.copy(old, 1, f.own, 1)])).toEqual([
      "peer_dead",
      "peer_dead",
    ]);
    expect(await f.codesOf([f.copy(next, 2, f.own, 2, peerBlock("a", 2, PEER_GENERATION + 1))])).toEqual([
      "ok",
    ]);
    f.plane.closeRegion(old);
  });

  test("a peer killed under a batch ends what it had not done, nothing torn is called good, and others go on", async () => {
    await using dying = f.startPeer();
    await using survivor = f.startPeer();
    const doomed = await f.attach(dying, "a");
    const alive = await f.attach(survivor, "b");
    expect(await f.codesOf([f.get(doomed, "a", 0), f.get(alive, "b", 0, 1)])).toEqual(["ok", "ok"]);
    // Checked as they come: what is good is the block that it should be.
    const bulk = Array.from({ length: 400 }, (_, i) => f.get(doomed, "a", i % PEER_BLOCKS));
    const waiting = f.codesOf(bulk);
    dying.signal("SIGKILL");
    const [codes, others] = await Promise.all([
      waiting,
      f.codesOf(Array.from({ length: PEER_BLOCKS }, (_, i) => f.get(alive, "b", i, PEER_BLOCKS + i))),
    ]);
    expect(others).toEqual(Array(PEER_BLOCKS).fill("ok"));
    expect(codes.filter((code) => code !== "ok" && code !== "peer_dead")).toEqual([]);
    await dying.exited();
    expect(await f.codesOf([f.get(doomed, "a", 0)])).toEqual(["peer_dead"]);
    f.plane.closeRegion(doomed);
  }, 180_000);
}

function limits(f: PeerMemoryFixture): void {
  test("more copies than slots wait for their turn", async () => {
    await f.reopen(4);
    await using peer = f.startPeer();
    const remote = await f.attach(peer, "a");
    const ops = Array.from({ length: 60 }, (_, i) =>
      f.get(remote, "a", i % PEER_BLOCKS, i % (2 * PEER_BLOCKS)),
    );
    expect(await f.codesOf(ops)).toEqual(Array(60).fill("ok"));
  });

  test("a batch does not wait for one before it, and a plane that closes cancels what is held", async () => {
    await using peer = f.startPeer();
    const remote = await f.attach(peer, "a");
    const earliest_done_ns = f.plane.now_ns() + HOUR_NS;
    const held = f.codesOf([{ ...f.get(remote, "a", 0), earliest_done_ns }]);
    expect(await f.codesOf([f.get(remote, "a", 1)])).toEqual(["ok"]);
    await f.close();
    expect(await held).toEqual(["cancelled"]);
  });

  test("a plane that closes under its copies ends each of them", async () => {
    await using peer = f.startPeer();
    const remote = await f.attach(peer, "a");
    const waiting = f.codesOf(Array.from({ length: 400 }, (_, i) => f.get(remote, "a", i % PEER_BLOCKS)));
    await f.close();
    const codes = await waiting;
    expect(codes.length).toBe(400);
    expect(codes.filter((code) => code !== "ok" && code !== "cancelled")).toEqual([]);
  });
}
