// An owner's disk tier in a simulated stack: core/tier's DiskTier, whose effects become bookings of a disk device and RPC to
// the master.

import { DiskTier } from "../core/tier/disk_tier.ts";
import type {
  DiskTierConfig,
  DiskTierEffect,
  DiskTierEvent,
  DiskTierSnapshot,
  StagedObject,
} from "../core/tier/disk_tier_api.ts";
import { present } from "../domain/assert.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { NS_PER_US } from "../domain/units.ts";
import { BlockContents } from "./block_contents.ts";
import type { BucketFiles, ObjectContent } from "./bucket_files.ts";
import type { DiskDevice } from "./disk_device.ts";
import type { EventLoop } from "./event_loop.ts";
import type { ProcessGate } from "./process_gate.ts";
import type { SimMaster } from "./sim_master.ts";

export interface OwnerDiskParts {
  readonly loop: EventLoop;
  readonly master: SimMaster;
  readonly device: DiskDevice;
  readonly config: DiskTierConfig;
  readonly files: BucketFiles;
  readonly client_id: string;
  readonly segment_name: string;
  readonly staging_slot_bytes: number;
  readonly segment_contents: BlockContents;
  /** Of the owner's process. */
  readonly gate: ProcessGate;
  readonly segmentSlot: (offset: number) => number;
}

/** The answer to a read: objects in the staging buffer until `expires_ns`, or until `read_id` is released. */
export interface DiskAnswer {
  readonly read_id: number;
  readonly objects: readonly StagedObject[];
  readonly expires_ns: number;
}

/** Of the disk's operations: batches of one requester, or whole buckets. */
export interface LatencySum {
  count: number;
  sum_us: number;
}

type EffectOf<Type extends DiskTierEffect["type"]> = Extract<DiskTierEffect, { readonly type: Type }>;

export class OwnerDisk {
  failed_heartbeats = 0;
  readonly read_latency: LatencySum = { count: 0, sum_us: 0 };
  readonly write_latency: LatencySum = { count: 0, sum_us: 0 };
  readonly #parts: OwnerDiskParts;
  readonly #tier: DiskTier;
  readonly #staging = new BlockContents();
  readonly #readers = new Map<number, (answer: DiskAnswer) => void>();
  #last_read_id = 0;
  #stopped = false;

  constructor(parts: OwnerDiskParts) {
    this.#parts = parts;
    this.#tier = new DiskTier(parts.config);
  }

  snapshot(): DiskTierSnapshot {
    return this.#tier.snapshot();
  }

  /** The staged bytes at `staging_offset`. */
  stagedSlot(staging_offset: number): number {
    return staging_offset / this.#parts.staging_slot_bytes;
  }

  get staging(): BlockContents {
    return this.#staging;
  }

  read(keys: readonly string[], done: (answer: DiskAnswer) => void): void {
    const read_id = ++this.#last_read_id;
    this.#readers.set(read_id, done);
    this.#dispatch({ type: "read_requested", read_id, keys });
  }

  release(read_id: number): void {
    this.#dispatch({ type: "release", read_id });
  }

  /** First of all: what the disk held when the owner started. */
  recover(): void {
    const buckets = this.#parts.files.list();
    if (buckets.length > 0) this.#dispatch({ type: "recovered", buckets });
  }

  remounted(): void {
    this.#dispatch({ type: "remounted" });
  }

  tick(): void {
    this.#dispatch({ type: "tick" });
  }

  heartbeat(): void {
    const { master, client_id, segment_name } = this.#parts;
    const { used_bytes, capacity_bytes } = this.#tier.snapshot();
    master.call(
      {
        op: "offload_heartbeat",
        client_id,
        segment_name,
        disk_used_bytes: used_bytes,
        disk_capacity_bytes: capacity_bytes,
      },
      1,
      (reply) => {
        if (reply === null || reply.code !== STORE_CODE.OK) this.failed_heartbeats++;
        else {
          const { tasks, promotions, wipe } = reply;
          this.#dispatch({ type: "heartbeat_reply", tasks, promotions, wipe });
        }
      },
    );
  }

  /** Its process is gone: nothing that is under way ends. */
  stop(): void {
    this.#stopped = true;
  }

  #dispatch(event: DiskTierEvent): void {
    const { gate } = this.#parts;
    if (gate.stopped) gate.enter(() => this.#handle(event));
    else this.#handle(event);
  }

  #handle(event: DiskTierEvent): void {
    if (this.#stopped) return;
    for (const effect of this.#tier.handle(event, this.#parts.loop.now_ns)) this.#carryOut(effect);
  }

  #carryOut(effect: DiskTierEffect): void {
    switch (effect.type) {
      case "write_bucket":
        this.#write(effect);
        break;
      case "read":
        this.#read(effect);
        break;
      case "read_reply":
        this.#reply(effect);
        break;
      case "delete_bucket":
        this.#delete(effect);
        break;
      case "notify_offloaded":
        this.#notifyOffloaded(effect);
        break;
      case "notify_disk_evicted":
        this.#notifyEvicted(effect);
        break;
      case "notify_lost":
        this.#notifyLost(effect);
        break;
      case "copy_to_segment":
        this.#copyToSegment(effect);
        break;
      case "notify_promoted":
        this.#notifyPromoted(effect);
        break;
    }
  }

  #notifyLost({ keys }: EffectOf<"notify_lost">): void {
    const { master, client_id, segment_name } = this.#parts;
    master.call({ op: "notify_disk_evicted", client_id, segment_name, keys }, keys.length, (reply) => {
      const code = reply === null ? STORE_CODE.RPC_FAIL : reply.code;
      this.#dispatch({ type: "notify_lost_done", keys, code });
    });
  }

  /** Within the owner's own memory: its time is not modelled. */
  #copyToSegment({ promotion_id, copies }: EffectOf<"copy_to_segment">): void {
    const { loop, segment_contents, segmentSlot } = this.#parts;
    for (const { staging_offset, segment_offset } of copies) {
      const staged = this.stagedSlot(staging_offset);
      const slot = segmentSlot(segment_offset);
      segment_contents.write(slot, this.#staging.hash(staged), this.#staging.version(staged));
    }
    loop.at(loop.now_ns, "disk", () =>
      this.#dispatch({ type: "copied_to_segment", promotion_id, code: STORE_CODE.OK }),
    );
  }

  #notifyPromoted({ results }: EffectOf<"notify_promoted">): void {
    const { master, client_id, segment_name } = this.#parts;
    master.call({ op: "notify_promoted", client_id, segment_name, results }, results.length, () => {});
  }

  /** The bytes are those that the segment holds when the write ends: had it been given away meanwhile, it would show. */
  #write({ bucket_id, items, file_bytes }: EffectOf<"write_bucket">): void {
    const { loop, device, files, segment_contents, segmentSlot } = this.#parts;
    this.#onDisk(this.write_latency, device.write(loop.now_ns, file_bytes, 1), () => {
      const contents = items.map(({ segment_offset }): ObjectContent => {
        const slot = segmentSlot(segment_offset);
        return { hash: segment_contents.hash(slot), weights_version: segment_contents.version(slot) };
      });
      const code = device.full ? STORE_CODE.FILE_WRITE_FAIL : STORE_CODE.OK;
      if (!device.full) files.write(bucket_id, file_bytes, items, contents);
      const crc32c = items.map(() => 0);
      this.#dispatch({ type: "bucket_written", bucket_id, code, crc32c });
    });
  }

  #read({ read_id, items }: EffectOf<"read">): void {
    const { loop, device, files } = this.#parts;
    const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
    this.#onDisk(this.read_latency, device.read(loop.now_ns, bytes, items.length), () => {
      const codes = items.map(({ bucket_id, key, staging_offset }) => {
        const content = files.read(bucket_id, key);
        if (content === undefined) return STORE_CODE.FILE_OPEN_FAIL;
        this.#staging.write(this.stagedSlot(staging_offset), content.hash, content.weights_version);
        return STORE_CODE.OK;
      });
      this.#dispatch({ type: "read_done", read_id, codes });
    });
  }

  #onDisk(latency: LatencySum, end_ns: number, done: () => void): void {
    const { loop } = this.#parts;
    const started_ns = loop.now_ns;
    loop.at(end_ns, "disk", () => {
      if (this.#stopped) return;
      latency.count++;
      latency.sum_us += Math.round((end_ns - started_ns) / NS_PER_US);
      done();
    });
  }

  #reply({ read_id, objects, expires_ns }: EffectOf<"read_reply">): void {
    const done = present(this.#readers.get(read_id), "a read is answered once");
    this.#readers.delete(read_id);
    done({ read_id, objects, expires_ns });
  }

  #delete({ bucket_id }: EffectOf<"delete_bucket">): void {
    const { loop, files } = this.#parts;
    files.delete(bucket_id);
    loop.at(loop.now_ns, "disk", () => this.#dispatch({ type: "bucket_deleted", bucket_id }));
  }

  #notifyOffloaded({ bucket_id, results }: EffectOf<"notify_offloaded">): void {
    const { master, client_id, segment_name } = this.#parts;
    master.call({ op: "notify_offloaded", client_id, segment_name, results }, results.length, (reply) => {
      if (bucket_id === null) return;
      const codes = reply === null ? results.map(() => STORE_CODE.RPC_FAIL) : reply.codes;
      this.#dispatch({ type: "notify_offloaded_done", bucket_id, codes });
    });
  }

  #notifyEvicted({ bucket_id, keys }: EffectOf<"notify_disk_evicted">): void {
    const { master, client_id, segment_name } = this.#parts;
    master.call({ op: "notify_disk_evicted", client_id, segment_name, keys }, keys.length, (reply) => {
      const code = reply === null ? STORE_CODE.RPC_FAIL : reply.code;
      this.#dispatch({ type: "notify_disk_evicted_done", bucket_id, code });
    });
  }
}
