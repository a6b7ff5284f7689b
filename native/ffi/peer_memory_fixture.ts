// The near side of peer_memory_contract.ts: a plane with a region of its own, peers that own segments of blocks which name themselves,
// and copies between them.

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { assert, present } from "../../harness/domain/assert.ts";
import type { FabricKey } from "../../harness/domain/fabric_key.ts";
import type { Result } from "../../harness/domain/result.ts";
import type { BlockIdentity, CopyOp, DataPlane, OpCode, Region, RegionError } from "./data_plane.ts";
import { FabricPeer } from "./fabric_peer.ts";
import { PEER_BLOCK_BYTES, PEER_BLOCKS, peerBlock } from "./fabric_peer_process.ts";
import type { FabricOptions } from "./open_fabric.ts";

export interface PeerMemoryPlane {
  readonly plane: DataPlane;
  /** Memory that its maker has registered: where it lies on this host, and its key. */
  attach(shm_path: string, key: FabricKey): Result<Region, RegionError>;
}

export interface PeerMemorySubject {
  readonly name: string;
  /** Of the peers. */
  readonly fabric: FabricOptions;
  /** `slot_count`: ops that native code holds at once. */
  open(slot_count: number): PeerMemoryPlane;
}

/** Of a peer's segment, and the weights version of its blocks, unless said otherwise. */
export const PEER_GENERATION = 3;
const SLOTS = 1024;
const OWN_BYTES = 2 * PEER_BLOCKS * PEER_BLOCK_BYTES;

interface Opened extends PeerMemoryPlane {
  readonly own: Region;
}

export class PeerMemoryFixture {
  readonly #subject: PeerMemorySubject;
  #shm = "";
  #opened: Opened | null = null;

  constructor(subject: PeerMemorySubject) {
    this.#subject = subject;
  }

  open(slot_count: number = SLOTS): void {
    this.#shm = mkdtempSync("/dev/shm/tierbench-peer-");
    const { plane, attach } = this.#subject.open(slot_count);
    const own = plane.createRegion(join(this.#shm, "own"), OWN_BYTES, 1);
    assert(own.ok, own.ok ? "" : own.error.detail);
    this.#opened = { plane, attach, own: own.value };
  }

  /** Another plane, in a folder of its own. */
  async reopen(slot_count: number): Promise<void> {
    await this.dispose();
    this.open(slot_count);
  }

  /** No-op for a plane that is closed. */
  async close(): Promise<void> {
    const closing = this.#opened?.plane.close();
    this.#opened = null;
    await closing;
  }

  /** What `open` made goes, also when a test has closed the plane. */
  async dispose(): Promise<void> {
    await this.close();
    rmSync(this.#shm, { recursive: true });
  }

  get plane(): DataPlane {
    return present(this.#opened, "the plane is open").plane;
  }

  get own(): Region {
    return present(this.#opened, "the plane is open").own;
  }

  startPeer(): FabricPeer {
    return new FabricPeer(this.#shm, this.#subject.fabric);
  }

  async attach(peer: FabricPeer, segment: string, generation: number = PEER_GENERATION): Promise<Region> {
    const key = await peer.own(segment, generation);
    const region = present(this.#opened, "the plane is open").attach(join(this.#shm, segment), key);
    assert(region.ok, region.ok ? "" : region.error.detail);
    return region.value;
  }

  copy(
    from: Region,
    from_block: number,
    to: Region,
    to_block: number,
    verify: BlockIdentity | null = null,
  ): CopyOp {
    return {
      kind: "copy",
      ...{ from, from_offset: from_block * PEER_BLOCK_BYTES },
      ...{ to, to_offset: to_block * PEER_BLOCK_BYTES },
      ...{ bytes: PEER_BLOCK_BYTES, verify, earliest_done_ns: 0 },
    };
  }

  /** Block `index` of a peer's segment into own block `at`, checked. */
  get(from: Region, segment: string, index: number, at: number = index): CopyOp {
    return this.copy(from, index, this.own, at, peerBlock(segment, index, PEER_GENERATION));
  }

  async codesOf(ops: readonly CopyOp[]): Promise<OpCode[]> {
    return (await this.plane.submit(ops)).map(({ code }) => code);
  }
}
