// An owner's disk tier as a pure state machine; events, effects and layout are described in disk_tier_api.ts.
// Live owner and simulator drive this same code. Bytes and files are theirs; here are only decisions.

import { unreachable } from "../../domain/assert.ts";
import type { OffloadTask } from "../../domain/master_api.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { BucketGrouping } from "./bucket_grouping.ts";
import { BucketRemoval } from "./bucket_removal.ts";
import { BucketTable } from "./bucket_table.ts";
import { BucketWrites } from "./bucket_writes.ts";
import { DiskReads } from "./disk_reads.ts";
import type { DiskTierConfig, DiskTierEffect, DiskTierEvent, DiskTierSnapshot } from "./disk_tier_api.ts";
import { LostKeys } from "./lost_keys.ts";
import { Promotions } from "./promotions.ts";

export class DiskTier {
  readonly #config: DiskTierConfig;
  readonly #table = new BucketTable();
  readonly #grouping: BucketGrouping;
  readonly #removal: BucketRemoval;
  readonly #lost: LostKeys;
  readonly #promotions: Promotions;
  readonly #writes: BucketWrites;
  readonly #reads: DiskReads;
  #effects: DiskTierEffect[] = [];

  constructor(config: DiskTierConfig) {
    const emit = (effect: DiskTierEffect): void => {
      this.#effects.push(effect);
    };
    this.#config = config;
    this.#grouping = new BucketGrouping(config);
    this.#removal = new BucketRemoval(config, this.#table, emit);
    this.#lost = new LostKeys(this.#table, this.#removal, emit);
    this.#promotions = new Promotions(emit);
    this.#writes = new BucketWrites(this.#table, this.#removal, this.#lost, emit);
    this.#reads = new DiskReads(config.staging_bytes, this.#table, this.#removal, this.#lost, emit, (reply) =>
      this.#onReadReply(reply),
    );
  }

  /** Effects are to be started in their order; they may finish in any. */
  handle(event: DiskTierEvent, now_ns: number): readonly DiskTierEffect[] {
    this.#apply(event, now_ns);
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  snapshot(): DiskTierSnapshot {
    return {
      used_bytes: this.#table.used_bytes,
      capacity_bytes: this.#config.capacity_bytes,
      bucket_count: this.#table.bucket_count,
      key_count: this.#table.key_count,
      waiting_tasks: this.#grouping.waiting_count + this.#writes.waiting_count,
      staged_bytes: this.#reads.staging.staged_bytes,
      written_buckets: this.#writes.written_buckets,
      written_keys: this.#writes.written_keys,
      written_bytes: this.#writes.written_bytes,
      refused_keys: this.#writes.refused_keys,
      evicted_buckets: this.#removal.evicted_buckets,
      evicted_keys: this.#removal.evicted_keys,
      read_keys: this.#reads.read_keys,
      read_bytes: this.#reads.read_bytes,
      missed_keys: this.#reads.missed_keys,
      staging_overflows: this.#reads.staging.overflow_count,
      expired_reads: this.#reads.staging.expired_count,
      lost_keys: this.#lost.lost_count,
      promoted_keys: this.#promotions.promoted_count,
    };
  }

  #apply(event: DiskTierEvent, now_ns: number): void {
    switch (event.type) {
      case "heartbeat_reply":
        this.#heartbeat(event.tasks, event.promotions, event.wipe, now_ns);
        break;
      case "bucket_written":
        this.#writes.written(this.#table.get(event.bucket_id), event.code, event.crc32c);
        this.#settleRoom(now_ns);
        break;
      case "notify_offloaded_done":
        this.#writes.registered(this.#table.get(event.bucket_id), event.codes, now_ns);
        this.#settleRoom(now_ns);
        break;
      case "notify_disk_evicted_done":
        this.#removal.told(this.#table.get(event.bucket_id), event.code, now_ns);
        break;
      case "bucket_deleted":
        this.#table.remove(this.#table.get(event.bucket_id));
        this.#writes.writeWhatFits(now_ns);
        break;
      case "notify_lost_done":
        this.#lost.told(event.keys, event.code);
        break;
      case "copied_to_segment":
        this.#promotions.copied(event.promotion_id, event.code, now_ns);
        this.#reads.staging.release(event.promotion_id);
        break;
      case "read_requested":
        this.#reads.request(event.read_id, event.keys, now_ns);
        break;
      case "read_done":
        this.#reads.done(event.read_id, event.codes, now_ns);
        break;
      case "release":
        this.#reads.staging.release(event.read_id);
        break;
      case "recovered":
        this.#writes.recover(event.buckets);
        break;
      case "remounted":
        this.#remounted();
        break;
      case "tick":
        this.#tick(now_ns);
        break;
      default:
        unreachable(event);
    }
  }

  #heartbeat(
    tasks: readonly OffloadTask[],
    promotions: readonly OffloadTask[],
    wipe: boolean,
    now_ns: number,
  ): void {
    if (wipe) this.#wipe(now_ns);
    this.#lost.tellAgain();
    for (const bucket of this.#table.unsettled()) {
      if (bucket.state === "registering" && bucket.retry_notify) this.#writes.register(bucket);
    }
    this.#writes.add(this.#grouping.heartbeat(tasks), now_ns);
    if (promotions.length === 0) return;
    const keys = promotions.map(({ key }) => key);
    this.#reads.request(this.#promotions.begin(promotions), keys, now_ns);
  }

  #onReadReply(reply: Extract<DiskTierEffect, { readonly type: "read_reply" }>): void {
    const { read_id, objects, expires_ns } = reply;
    if (read_id > 0) this.#effects.push(reply);
    else if (!this.#promotions.staged(read_id, objects, expires_ns)) this.#reads.staging.release(read_id);
  }

  /** The master has dropped every disk copy already; it is told only of keys that it may have taken on since. */
  #wipe(now_ns: number): void {
    this.#writes.refuse(this.#takeWaiting(), STORE_CODE.OBJECT_NOT_FOUND);
    for (const bucket of this.#table.values()) {
      if (bucket.doomed === "no") bucket.doomed = "wiped";
      const unknown_to_master = bucket.state === "registering" && bucket.retry_notify;
      if (bucket.state === "live" || unknown_to_master) this.#removal.drain(bucket, now_ns);
    }
  }

  /** Memory that tasks in hand point at is no longer theirs: what is being written of it must not be kept. */
  #remounted(): void {
    this.#takeWaiting();
    this.#promotions.forgetAll();
    this.#lost.forgetAll();
    for (const bucket of this.#table.values()) {
      if (bucket.state === "writing") bucket.doomed = "forgotten";
      const tell = bucket.state === "live" || (bucket.state === "registering" && bucket.retry_notify);
      if (tell) this.#writes.register(bucket);
    }
  }

  #takeWaiting(): OffloadTask[] {
    return [...this.#grouping.takeWaiting(), ...this.#writes.takeWaiting()];
  }

  #tick(now_ns: number): void {
    this.#reads.staging.expire(now_ns);
    this.#removal.tick(now_ns);
    this.#settleRoom(now_ns);
  }

  #settleRoom(now_ns: number): void {
    this.#removal.enforceWatermark(now_ns);
    this.#writes.writeWhatFits(now_ns);
  }
}
