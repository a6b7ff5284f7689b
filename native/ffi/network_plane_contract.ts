// What every network path must do, whatever carries its bytes: run on libfabric's tcp provider on any host, and on verbs in the
// VM of scripts/rdma_vm. Every byte that is called good is verified as the block it should be.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { assert } from "../../harness/domain/assert.ts";
import { compileForTest } from "./compile_for_test.ts";
import { PEER_BLOCK_BYTES, PEER_BLOCKS } from "./fabric_peer_process.ts";
import type { FabricOp } from "./fabric_plane.ts";
import {
  all,
  GENERATION,
  NetworkPlaneFixture,
  type NetworkPlaneSubject,
  OWN_BLOCKS,
  PATIENT_MS,
} from "./network_plane_fixture.ts";
import { openFabricPlane } from "./open_fabric_plane.ts";

export function networkPlaneContract(subject: NetworkPlaneSubject): void {
  compileForTest(subject.options.provider);
  const f = new NetworkPlaneFixture(subject);

  describe(`a network path over ${subject.name}`, () => {
    beforeEach(() => f.open());
    afterEach(() => f.close());
    transfers(f);
    failures(f);
    limits(f);
    // Sockets have no GIDs.
    if (subject.options.provider !== "tcp") gidIndex(f);
  });
}

function transfers(f: NetworkPlaneFixture): void {
  test("says which path it took", () => {
    expect(f.plane.path_taken.provider).toBe(f.subject.options.provider);
    expect(f.plane.path_taken.domain).not.toBe("");
  });

  test("gets and puts the right bytes", async () => {
    await using peer = f.startPeer();
    const remote = f.attach(await peer.own("a"));
    expect(await f.codesOf(f.moves("get", remote))).toEqual(all("ok"));
    for (let i = 0; i < PEER_BLOCKS; i++) expect(await f.verify(i, "a", i)).toBe("ok");
    await f.fillOwn("b");
    expect(await f.codesOf(f.moves("put", remote))).toEqual(all("ok"));
    expect(await peer.verify("a", "b")).toEqual(all("ok"));
  });

  test("moves ranges of any length and alignment", async () => {
    await using peer = f.startPeer();
    const remote = f.attach(await peer.own("a"));
    const half = { region: f.own, remote, region_offset: 0, remote_offset: 0 };
    const bytes = PEER_BLOCKS * PEER_BLOCK_BYTES;
    const first = 12_345;
    const results = await f.codesOf([
      { ...half, kind: "get", bytes: first },
      { ...half, kind: "get", region_offset: first, remote_offset: first, bytes: bytes - first },
    ]);
    expect(results).toEqual(all("ok", 2));
    for (let i = 0; i < PEER_BLOCKS; i++) expect(await f.verify(i, "a", i)).toBe("ok");
  });

  test("serves many segments of many peers in one batch", async () => {
    await using first = f.startPeer();
    await using second = f.startPeer();
    const segments = ["a", "b", "c"];
    const ops: FabricOp[] = [];
    for (const [s, segment] of segments.entries()) {
      ops.push(f.move("get", f.attach(await first.own(segment)), s, s));
      ops.push(f.move("get", f.attach(await second.own(`${segment}2`)), s, 8 + s));
    }
    expect(await f.codesOf(ops)).toEqual(all("ok", 6));
    for (const [s, segment] of segments.entries()) {
      expect(await f.verify(s, segment, s)).toBe("ok");
      expect(await f.verify(8 + s, `${segment}2`, s)).toBe("ok");
    }
  });
}

function failures(f: NetworkPlaneFixture): void {
  test("fails the keys that fail and no others", async () => {
    await using peer = f.startPeer();
    const alive = f.attach(await peer.own("a"));
    const dropped = f.attach(await peer.own("b"));
    await peer.ask({ do: "deregister", segment: "b" });
    const beyond = { ...f.move("get", alive, 0, 4), remote_offset: PEER_BLOCKS * PEER_BLOCK_BYTES };
    const codes = await f.codesOf([
      f.move("get", alive, 0),
      f.move("get", dropped, 1),
      beyond,
      f.move("get", alive, 3),
    ]);
    expect(codes).toEqual(["ok", "dead_key", "out_of_range", "ok"]);
    expect(await f.verify(0, "a", 0)).toBe("ok");
    expect(await f.verify(3, "a", 3)).toBe("ok");
  });

  test("does not take a new generation for the one the key was for", async () => {
    await using peer = f.startPeer();
    const old = f.attach(await peer.own("a", GENERATION));
    expect(await f.codesOf([f.move("get", old, 0)])).toEqual(["ok"]);
    await peer.ask({ do: "drop", segment: "a" });
    const next = f.attach(await peer.own("a", GENERATION + 1));
    expect(await f.codesOf([f.move("put", old, 0), f.move("get", old, 1)])).toEqual(all("dead_key", 2));
    expect(await f.codesOf([f.move("get", next, 2)])).toEqual(["ok"]);
    expect(await f.verify(2, "a", 2, GENERATION + 1)).toBe("ok");
    expect(await peer.verify("a", "a", GENERATION + 1)).toEqual(all("ok"));
  });

  test("a peer killed in the middle of a batch ends what it had not done, and no torn block is called good", async () => {
    await using peer = f.startPeer();
    await using survivor = f.startPeer();
    const dying = f.attach(await peer.own("a"));
    const alive = f.attach(await survivor.own("b"));
    await f.codesOf([f.move("get", dying, 0), f.move("get", alive, 0, 1)]);
    const first = f.codesOf(f.moves("get", dying, 8));
    // 2,000 × 256 KiB = 0.5 GB: no path here moves that before a signal sent at the end of the first 2 MiB.
    const bulk = Array.from({ length: 2000 }, (_, i) =>
      f.move("get", dying, i % PEER_BLOCKS, i % PEER_BLOCKS),
    );
    const waiting = f.codesOf(bulk);
    expect(await first).toEqual(all("ok"));
    peer.signal("SIGKILL");
    const [codes, others] = await Promise.all([waiting, f.codesOf(f.moves("get", alive, 16))]);
    expect(others).toEqual(all("ok"));
    expect(codes.filter((code) => code !== "ok" && code !== "peer_dead")).toEqual([]);
    expect(codes).toContain("peer_dead");
    for (let i = 0; i < PEER_BLOCKS; i++) expect(await f.verify(8 + i, "a", i)).toBe("ok");
    expect(await f.codesOf([f.move("get", dying, 0)])).toEqual(["peer_dead"]);
  }, 180_000);

  test("ops to a peer that stands still end at their deadline, and it serves again once it runs", async () => {
    await using peer = f.startPeer();
    const remote = f.attach(await peer.own("a"));
    peer.signal("SIGSTOP");
    expect(await f.codesOf(f.moves("get", remote), 150)).toEqual(all("timeout"));
    peer.signal("SIGCONT");
    expect(await f.codesOf(f.moves("get", remote))).toEqual(all("ok"));
    for (let i = 0; i < PEER_BLOCKS; i++) expect(await f.verify(i, "a", i)).toBe("ok");
  });

  test("ops that their deadline takes back in mid-transfer leave a path that works", async () => {
    await using peer = f.startPeer();
    const remote = f.attach(await peer.own("a"));
    const first = f.codesOf(f.moves("get", remote, 8));
    // 0.5 GB, as above; a device may serve them although its process stands still.
    const bulk = Array.from({ length: 2000 }, (_, i) => f.move("get", remote, i % PEER_BLOCKS));
    const waiting = f.codesOf(bulk, 150);
    await first;
    peer.signal("SIGSTOP");
    const codes = await waiting;
    expect(codes.filter((code) => code !== "ok" && code !== "timeout")).toEqual([]);
    expect(codes).toContain("timeout");
    peer.signal("SIGCONT");
    expect(await f.codesOf(f.moves("get", remote))).toEqual(all("ok"));
    for (let i = 0; i < PEER_BLOCKS; i++) expect(await f.verify(i, "a", i)).toBe("ok");
  });

  test("ops of a batch end in any order: those to a peer that lives do not wait for those to one that stands still", async () => {
    await using still = f.startPeer();
    await using lively = f.startPeer();
    const far = f.attach(await still.own("a"));
    const near = f.attach(await lively.own("b"));
    still.signal("SIGSTOP");
    const abort = new AbortController();
    const batch = f.plane.submit([f.move("get", far, 0), f.move("get", near, 1)], {
      timeout_ms: PATIENT_MS,
      signal: abort.signal,
    });
    // Behind the batch's own op to this peer.
    expect(await f.codesOf([f.move("get", near, 2)])).toEqual(["ok"]);
    abort.abort();
    const [first, second] = await batch;
    expect([first?.code, second?.code]).toEqual(["cancelled", "ok"]);
    expect(second?.end_ns).toBeLessThan(first?.end_ns ?? 0);
    expect(await f.verify(1, "b", 1)).toBe("ok");
  });

  test("an aborted batch takes no other to the same peer with it", async () => {
    await using peer = f.startPeer();
    const remote = f.attach(await peer.own("a"));
    const abort = new AbortController();
    const bulk = Array.from({ length: 400 }, (_, i) => f.move("get", remote, i % PEER_BLOCKS));
    const aborted = f.plane.submit(bulk, { timeout_ms: PATIENT_MS, signal: abort.signal });
    const kept = f.codesOf(f.moves("get", remote, 8));
    abort.abort();
    expect((await aborted).filter(({ code }) => code !== "ok" && code !== "cancelled")).toEqual([]);
    expect(await kept).toEqual(all("ok"));
    for (let i = 0; i < PEER_BLOCKS; i++) expect(await f.verify(8 + i, "a", i)).toBe("ok");
  });

  test("an aborted batch ends as cancelled", async () => {
    await using peer = f.startPeer();
    const remote = f.attach(await peer.own("a"));
    peer.signal("SIGSTOP");
    const abort = new AbortController();
    const waiting = f.plane.submit(f.moves("get", remote), { timeout_ms: PATIENT_MS, signal: abort.signal });
    abort.abort();
    expect((await waiting).map((result) => result.code)).toEqual(all("cancelled"));
  });
}

function limits(f: NetworkPlaneFixture): void {
  test("more ops than slots wait for their turn", async () => {
    await using peer = f.startPeer();
    const narrow = f.subject.open({ ...f.subject.options, slot_count: 4 });
    const region = await f.registerOwn(narrow);
    const remote = narrow.attach(await peer.own("a"));
    assert(remote.ok, "a good key is attached");
    const ops = Array.from({ length: 40 }, (_, i) => ({
      ...f.move("get", remote.value, i % PEER_BLOCKS),
      region,
    }));
    const results = await narrow.submit(ops, { timeout_ms: PATIENT_MS });
    expect(results.map((result) => result.code)).toEqual(all("ok", 40));
    await narrow.close();
  });

  test("refuses to register beyond its bound, and goes on with what it has", async () => {
    await using peer = f.startPeer();
    // One region of 32 blocks and its header page fit, a second does not.
    const bound = (OWN_BLOCKS + 1) * PEER_BLOCK_BYTES;
    const narrow = f.subject.open({ ...f.subject.options, max_registered_bytes: bound });
    const region = await f.registerOwn(narrow);
    const more = f.data.createRegion(join(f.shm, "more"), PEER_BLOCK_BYTES, 1);
    assert(more.ok, "a region can be made");
    const refused = await narrow.register({ kind: "shm", shm_path: join(f.shm, "more"), generation: 1 });
    expect(refused.ok ? "" : refused.error.code).toBe("registration_exhausted");
    const remote = narrow.attach(await peer.own("a"));
    assert(remote.ok, "a good key is attached");
    const results = await narrow.submit([{ ...f.move("get", remote.value, 0), region }], {
      timeout_ms: PATIENT_MS,
    });
    expect(results.map((result) => result.code)).toEqual(["ok"]);
    await narrow.close();
  });

  test("registers a region once and ends its key with the last use", async () => {
    const before = f.plane.counters().registered_bytes;
    const again = await f.registerOwn(f.plane);
    expect(again).toBe(f.own);
    expect(f.plane.counters().registered_bytes).toBe(before);
    await f.plane.deregister(again);
    expect(f.plane.counters().registered_bytes).toBe(before);
    await f.plane.deregister(f.own);
    expect(f.plane.counters().registered_bytes).toBe(0);
    expect(() => f.plane.submit([f.move("get", f.attach(f.own.key), 0)])).toThrow("is registered");
  });

  test("says why memory or a key cannot be had", async () => {
    const missing = await f.plane.register({ kind: "shm", shm_path: join(f.shm, "none"), generation: 1 });
    expect(missing.ok ? "" : missing.error.code).toBe("not_found");
    const other = await f.plane.register({ kind: "shm", shm_path: join(f.shm, "own"), generation: 2 });
    expect(other.ok ? "" : other.error.code).toBe("wrong_generation");
    const device = { kind: "cuda", index: 0 } as const;
    const gpu = await f.plane.register({
      kind: "dmabuf",
      fd: 0,
      offset: 0,
      bytes: 4096,
      device_address: 0,
      device,
      generation: 1,
    });
    expect(gpu.ok ? "" : gpu.error.code).toBe("unsupported_memory");
    const garbage = f.plane.attach({ ...f.own.key, opaque: "AAAA" });
    expect(garbage.ok ? "" : garbage.error.code).toBe("bad_key");
    const foreign = f.plane.attach({ ...f.own.key, provider: "efa" });
    expect(foreign.ok ? "" : foreign.error.code).toBe("wrong_provider");
  });
}

function gidIndex(f: NetworkPlaneFixture): void {
  test("does not take another GID index in silence", () => {
    // Planes before this one settled it for the process.
    const other = openFabricPlane({ ...f.subject.options, gid_index: 200 });
    expect(other.ok ? "" : other.error.detail).toContain("reads once");
  });
}
