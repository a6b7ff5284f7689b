// An owner of a simulated stack: the bytes of its segment, its membership at the master and its disk tier. It can die, which
// loses its memory and what was under way, and come back, which finds its bucket files again.

import { DISK_ALIGN_BYTES, type DiskTierConfig, type DiskTierSnapshot } from "../core/tier/disk_tier_api.ts";
import { assert } from "../domain/assert.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import type { SegmentInfo } from "../domain/replica.ts";
import { msToNs } from "../domain/units.ts";
import { BlockContents } from "./block_contents.ts";
import { BucketFiles } from "./bucket_files.ts";
import type { DiskDevice } from "./disk_device.ts";
import type { EventLoop } from "./event_loop.ts";
import { type DiskAnswer, OwnerDisk } from "./owner_disk.ts";
import { answerInTime, ProcessGate, STORE_RPC_TIMEOUT_NS } from "./process_gate.ts";
import type { SimMaster } from "./sim_master.ts";

export interface SimOwnerConfig {
  readonly client_id: string;
  readonly segment: SegmentInfo;
  /** Null: no disk tier. */
  readonly disk: (DiskTierConfig & { readonly heartbeat_ms: number }) | null;
}

export interface SimOwnerParts {
  readonly loop: EventLoop;
  readonly host: HostProfile;
  readonly master: SimMaster;
  /** Null: no disk tier. */
  readonly device: DiskDevice | null;
  readonly node_index: number;
  /** Bytes of every object of this run. */
  readonly object_bytes: number;
}

const PING_MS = 1_000;
const SEGMENT_ALIGN_BYTES = 64;

export class SimOwner {
  // First what every copy reads.
  readonly node_index: number;
  /** The segment's bytes; another object after a death. */
  contents: BlockContents = new BlockContents();
  readonly #slot_bytes: number;
  #alive = true;
  /** Counts deaths: what was started in an earlier life is over. */
  #life = 0;
  readonly config: SimOwnerConfig;
  /** Of the process. Its segment is memory that others read and write while it is stopped. */
  readonly #gate = new ProcessGate();
  readonly #parts: SimOwnerParts;
  failed_pings = 0;
  remounts = 0;
  readonly #files = new BucketFiles();
  #generation: number;
  #disk: OwnerDisk | null = null;

  constructor(config: SimOwnerConfig, parts: SimOwnerParts) {
    this.config = config;
    this.node_index = parts.node_index;
    this.#parts = parts;
    this.#slot_bytes = alignTo(parts.object_bytes, SEGMENT_ALIGN_BYTES);
    this.#generation = config.segment.generation;
    this.#start();
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Another number after each death: a copy that began in an earlier life has failed. */
  get life(): number {
    return this.#life;
  }

  get disk(): OwnerDisk | null {
    return this.#disk;
  }

  diskSnapshot(): DiskTierSnapshot | null {
    return this.#disk?.snapshot() ?? null;
  }

  /** Slot of the segment's contents at an offset that the master handed out. */
  slot(offset: number): number {
    const slot = offset / this.#slot_bytes;
    assert(Number.isInteger(slot), "objects of one size lie at multiples of it");
    return slot;
  }

  /** A requester's question for objects of the disk; null: the owner does not answer. */
  readDisk(keys: readonly string[], done: (answer: DiskAnswer | null) => void): void {
    const { loop, host } = this.#parts;
    const half_ns = Math.floor(host.rpc_ns / 2);
    const reply = (answer: DiskAnswer | null): void => {
      loop.at(loop.now_ns + half_ns, "rpc", () => done(answer));
    };
    const life = this.#life;
    const serve = (onAnswer: (answer: DiskAnswer | null) => void): void => {
      if (!this.#alive || this.#life !== life || this.#disk === null) onAnswer(null);
      else this.#disk.read(keys, onAnswer);
    };
    loop.at(loop.now_ns + half_ns + keys.length * host.rpc_key_ns, "rpc", () => {
      const onAnswer = this.#gate.stopped ? answerInTime(loop, STORE_RPC_TIMEOUT_NS, reply) : reply;
      this.#gate.enter(
        () => serve(onAnswer),
        () => onAnswer(null),
      );
    });
  }

  releaseDisk(read_id: number): void {
    const { loop, host } = this.#parts;
    const life = this.#life;
    loop.at(loop.now_ns + Math.floor(host.rpc_ns / 2), "rpc", () => {
      if (this.#life === life) this.#disk?.release(read_id);
    });
  }

  die(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#life++;
    this.#gate.kill();
    this.contents = new BlockContents();
    this.#disk?.stop();
    this.#parts.master.ownerMayBeLost();
  }

  /** SIGSTOP: it pings no more, and the master may give up on it. */
  stop(): void {
    if (!this.#alive) return;
    this.#gate.stop();
    this.#parts.master.ownerMayBeLost();
  }

  goOn(): void {
    this.#gate.goOn();
  }

  /** Mounts a segment of a new generation and registers the buckets that its disk still holds. */
  comeBack(): void {
    if (this.#alive) return;
    this.#alive = true;
    this.#generation++;
    this.#start();
  }

  #start(): void {
    const { loop, host } = this.#parts;
    const { disk } = this.config;
    this.#disk = disk === null ? null : this.#newDisk(disk);
    this.#mount(() => this.#disk?.recover());
    // When it arrives: one event, where asking and answering would be three.
    this.#repeat(msToNs(PING_MS), "ping", () => this.#ping(), Math.floor(host.rpc_ns / 2));
    if (disk === null) return;
    this.#repeat(msToNs(disk.heartbeat_ms), "heartbeat", () => this.#disk?.heartbeat());
    this.#repeat(msToNs(PING_MS), "disk_tick", () => this.#disk?.tick());
    assert(loop.now_ns >= 0, "a run has begun");
  }

  #newDisk(config: DiskTierConfig): OwnerDisk {
    const { loop, master, device, object_bytes } = this.#parts;
    assert(device !== null, "an owner with a disk tier has a disk");
    return new OwnerDisk({
      loop,
      master,
      device,
      config,
      files: this.#files,
      client_id: this.config.client_id,
      segment_name: this.config.segment.segment_name,
      staging_slot_bytes: alignTo(object_bytes, DISK_ALIGN_BYTES),
      segment_contents: this.contents,
      gate: this.#gate,
      segmentSlot: (offset) => this.slot(offset),
    });
  }

  #mount(onMounted: () => void): void {
    const { client_id, segment } = this.config;
    const life = this.#life;
    const info = { ...segment, generation: this.#generation };
    this.#parts.master.call({ op: "mount_segment", client_id, segment: info }, 1, (reply) => {
      if (this.#life === life && reply !== null && reply.code === 0) onMounted();
    });
  }

  #ping(): void {
    const { client_id } = this.config;
    const life = this.#life;
    this.#parts.master.pinged(client_id, (reply) => {
      if (this.#life !== life) return;
      if (reply === null) this.failed_pings++;
      else this.#remount();
    });
  }

  #remount(): void {
    this.#mount(() => {
      this.remounts++;
      this.#disk?.remounted();
    });
  }

  #repeat(period_ns: number, kind: "ping" | "heartbeat" | "disk_tick", body: () => void, delay_ns = 0): void {
    const { loop } = this.#parts;
    const life = this.#life;
    const next = (): void => {
      if (this.#life !== life) return;
      if (!this.#gate.stopped) body();
      loop.at(loop.now_ns + period_ns, kind, next);
    };
    loop.at(loop.now_ns + period_ns + delay_ns, kind, next);
  }
}

function alignTo(bytes: number, align_bytes: number): number {
  return Math.ceil(bytes / align_bytes) * align_bytes;
}
