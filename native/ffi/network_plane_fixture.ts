// The near side of network_plane_contract.ts: a region of its own, registered, and what its tests do with it. The far side is
// an FabricPeer, whose segments hold blocks that name themselves.

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { assert, present } from "../../harness/domain/assert.ts";
import type { FabricKey } from "../../harness/domain/fabric_key.ts";
import type { DataPlane, Region } from "./data_plane.ts";
import { FabricPeer } from "./fabric_peer.ts";
import { PEER_BLOCK_BYTES, PEER_BLOCKS, peerBlock } from "./fabric_peer_process.ts";
import type { FabricOp, FabricOpCode, FabricPlane, FabricRegion, RemoteRegion } from "./fabric_plane.ts";
import { openDataPlane } from "./open_data_plane.ts";
import type { FabricOptions } from "./open_fabric.ts";

export interface NetworkPlaneSubject {
  readonly name: string;
  readonly options: FabricOptions;
  open(options: FabricOptions): FabricPlane;
}

/** Long enough for software RDMA on a busy machine; what should end does not wait for it. */
export const PATIENT_MS = 20_000;
export const OWN_BLOCKS = 32;
export const GENERATION = 3;

/** The codes of a batch in which every op ends alike. */
export function all(code: FabricOpCode, count: number = PEER_BLOCKS): FabricOpCode[] {
  return Array<FabricOpCode>(count).fill(code);
}

interface Opened {
  readonly shm: string;
  readonly data: DataPlane;
  readonly plane: FabricPlane;
  readonly memory: Region;
}

export class NetworkPlaneFixture {
  readonly subject: NetworkPlaneSubject;
  #opened: Opened | null = null;
  #own: FabricRegion | null = null;

  constructor(subject: NetworkPlaneSubject) {
    this.subject = subject;
  }

  async open(): Promise<void> {
    const shm = mkdtempSync("/dev/shm/tierbench-net-");
    const data = openDataPlane();
    assert(data.ok, data.ok ? "" : data.error.detail);
    const memory = data.value.createRegion(join(shm, "own"), OWN_BLOCKS * PEER_BLOCK_BYTES, 1);
    assert(memory.ok, memory.ok ? "" : memory.error.detail);
    const plane = this.subject.open(this.subject.options);
    this.#opened = { shm, data: data.value, plane, memory: memory.value };
    this.#own = await this.registerOwn(plane);
  }

  async close(): Promise<void> {
    const { shm, data, plane } = this.#parts;
    this.#opened = null;
    await plane.close();
    await data.close();
    rmSync(shm, { recursive: true });
  }

  get #parts(): Opened {
    return present(this.#opened, "the fixture is open");
  }

  get shm(): string {
    return this.#parts.shm;
  }

  get data(): DataPlane {
    return this.#parts.data;
  }

  get plane(): FabricPlane {
    return this.#parts.plane;
  }

  get own(): FabricRegion {
    return present(this.#own, "the fixture is open");
  }

  async registerOwn(on: FabricPlane): Promise<FabricRegion> {
    const region = await on.register({ kind: "shm", shm_path: join(this.shm, "own"), generation: 1 });
    assert(region.ok, region.ok ? "" : region.error.detail);
    return region.value;
  }

  startPeer(): FabricPeer {
    return new FabricPeer(this.shm, this.subject.options);
  }

  attach(key: FabricKey): RemoteRegion {
    const remote = this.plane.attach(key);
    assert(remote.ok, remote.ok ? "" : remote.error.detail);
    return remote.value;
  }

  /** Block `index` of the remote segment from or into own block `at`. */
  move(kind: "put" | "get", remote: RemoteRegion, index: number, at: number = index): FabricOp {
    const bytes = PEER_BLOCK_BYTES;
    return { kind, region: this.own, region_offset: at * bytes, remote, remote_offset: index * bytes, bytes };
  }

  /** All blocks of the remote segment, from or into own blocks from `first_at` on. */
  moves(kind: "put" | "get", remote: RemoteRegion, first_at = 0): FabricOp[] {
    return Array.from({ length: PEER_BLOCKS }, (_, index) =>
      this.move(kind, remote, index, first_at + index),
    );
  }

  async codesOf(ops: readonly FabricOp[], timeout_ms: number = PATIENT_MS): Promise<FabricOpCode[]> {
    return (await this.plane.submit(ops, { timeout_ms })).map((result) => result.code);
  }

  /** Of own block `at` as block `index` of a segment. */
  async verify(at: number, segment: string, index: number, generation: number = GENERATION): Promise<string> {
    const identity = peerBlock(segment, index, generation);
    const range = { region: this.#parts.memory, offset: at * PEER_BLOCK_BYTES, bytes: PEER_BLOCK_BYTES };
    const [result] = await this.data.submit([{ kind: "verify", ...range, identity }]);
    return result?.code ?? "no result";
  }

  /** Makes own blocks those of a segment. */
  async fillOwn(segment: string): Promise<void> {
    const fills = Array.from({ length: PEER_BLOCKS }, (_, index) => ({
      kind: "fill" as const,
      region: this.#parts.memory,
      offset: index * PEER_BLOCK_BYTES,
      bytes: PEER_BLOCK_BYTES,
      identity: peerBlock(segment, index, GENERATION),
    }));
    await this.data.submit(fills);
  }
}
