// The live shell of an owner's disk tier: turns the tier core's effects into bucket files, reads into the staging buffer and
// messages to the master, and feeds their ends back as events. Disk errors arrive as codes; nothing here throws for them.

import type { Clock } from "../../clock/clock.ts";
import type { DiskTierEffect, DiskTierEvent, DiskTierSnapshot } from "../../core/tier/disk_tier_api.ts";
import { present } from "../../domain/assert.ts";
import type { ClientId } from "../../domain/master_api.ts";
import { describeStoreCode, STORE_CODE } from "../../domain/store_error.ts";
import { nsToMs } from "../../domain/units.ts";
import type { MasterTypes } from "../../wire/master_codec.ts";
import type { OffloadObjects } from "../../wire/owner_codec.ts";
import type { RpcClient } from "../../wire/rpc_client.ts";
import { type Periodic, runPeriodically } from "../periodic.ts";
import type { Log } from "../process_config.ts";
import type { BucketStore } from "./bucket_store.ts";

/** core/tier's DiskTier fits. */
export interface DiskMachine {
  handle(event: DiskTierEvent, now_ns: number): readonly DiskTierEffect[];
  snapshot(): DiskTierSnapshot;
}

export interface OwnerDiskParts {
  readonly machine: DiskMachine;
  readonly store: BucketStore;
  readonly master: RpcClient<MasterTypes>;
  readonly client_id: ClientId;
  readonly segment_name: string;
  readonly heartbeat_ms: number;
  readonly clock: Clock;
  readonly log: Log;
}

const TICK_MS = 1000;

type EffectOf<Type extends DiskTierEffect["type"]> = Extract<DiskTierEffect, { readonly type: Type }>;

export class OwnerDisk {
  failed_heartbeats = 0;
  readonly #parts: OwnerDiskParts;
  readonly #running = new Set<Promise<void>>();
  readonly #readers = new Map<number, (objects: OffloadObjects) => void>();
  #tasks: readonly Periodic[] = [];
  #last_read_id = 0;
  #stopped = false;

  constructor(parts: OwnerDiskParts) {
    this.#parts = parts;
  }

  start(): void {
    const { clock, heartbeat_ms } = this.#parts;
    this.#tasks = [
      runPeriodically(clock, heartbeat_ms, () => this.heartbeat()),
      runPeriodically(clock, TICK_MS, () => this.dispatch({ type: "tick" })),
    ];
  }

  /** Fetches what the master wants written, and its order to wipe. */
  async heartbeat(): Promise<void> {
    const { master, client_id, segment_name, log } = this.#parts;
    const { used_bytes, capacity_bytes } = this.#parts.machine.snapshot();
    const reply = await master.call("offload_heartbeat", {
      client_id,
      segment_name,
      disk_used_bytes: used_bytes,
      disk_capacity_bytes: capacity_bytes,
    });
    const code = reply.ok ? reply.value.code : reply.error.code;
    if (!reply.ok || code !== STORE_CODE.OK) {
      // SEGMENT_NOT_FOUND: the next ping mounts the segment again.
      this.failed_heartbeats += 1;
      log(`offload heartbeat: ${describeStoreCode(code)}`);
      return;
    }
    const { tasks, promotions, wipe } = reply.value;
    this.dispatch({ type: "heartbeat_reply", tasks, promotions, wipe });
  }

  /** Objects of this tier, read into the staging buffer; `batch_id` names their slots until `release`. */
  read(keys: readonly string[]): Promise<OffloadObjects> {
    this.#last_read_id += 1;
    const read_id = this.#last_read_id;
    return new Promise((resolve) => {
      this.#readers.set(read_id, resolve);
      this.dispatch({ type: "read_requested", read_id, keys });
    });
  }

  release(batch_id: number): void {
    this.dispatch({ type: "release", read_id: batch_id });
  }

  snapshot(): DiskTierSnapshot {
    return this.#parts.machine.snapshot();
  }

  /** Ends the heartbeat and waits for the disk. What is being written is given up at the next chunk. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const task of this.#tasks) await task.stop();
    this.#parts.store.stop();
    await Promise.all(this.#running);
  }

  dispatch(event: DiskTierEvent): void {
    if (this.#stopped) return;
    for (const effect of this.#parts.machine.handle(event, this.#parts.clock.now_ns()))
      this.#carryOut(effect);
  }

  #carryOut(effect: DiskTierEffect): void {
    if (effect.type === "read_reply") this.#reply(effect);
    else this.#track(this.#work(effect));
  }

  #work(effect: Exclude<DiskTierEffect, EffectOf<"read_reply">>): Promise<void> {
    switch (effect.type) {
      case "write_bucket":
        return this.#write(effect);
      case "read":
        return this.#read(effect);
      case "delete_bucket":
        return this.#delete(effect);
      case "notify_offloaded":
        return this.#notifyOffloaded(effect);
      case "notify_disk_evicted":
        return this.#notifyEvicted(effect);
      case "notify_lost":
        return this.#notifyLost(effect);
      case "copy_to_segment":
        return this.#copyToSegment(effect);
      case "notify_promoted":
        return this.#notifyPromoted(effect);
    }
  }

  #track(task: Promise<void>): void {
    const tracked = task.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  #reply({ read_id, objects, expires_ns }: EffectOf<"read_reply">): void {
    const resolve = present(this.#readers.get(read_id), "a read is answered once");
    this.#readers.delete(read_id);
    const left_ns = Math.max(0, expires_ns - this.#parts.clock.now_ns());
    resolve({ batch_id: read_id, objects, lease_ttl_ms: Math.floor(nsToMs(left_ns)) });
  }

  async #write({ bucket_id, items, file_bytes }: EffectOf<"write_bucket">): Promise<void> {
    const { code, crc32c } = await this.#parts.store.write(bucket_id, items, file_bytes);
    this.dispatch({ type: "bucket_written", bucket_id, code, crc32c });
  }

  async #read({ read_id, items }: EffectOf<"read">): Promise<void> {
    this.dispatch({ type: "read_done", read_id, codes: await this.#parts.store.read(items) });
  }

  async #delete({ bucket_id }: EffectOf<"delete_bucket">): Promise<void> {
    await this.#parts.store.delete(bucket_id);
    this.dispatch({ type: "bucket_deleted", bucket_id });
  }

  /** A master that is not reached is told again by the core, at a later heartbeat. */
  async #notifyOffloaded({ bucket_id, results }: EffectOf<"notify_offloaded">): Promise<void> {
    const { master, client_id, segment_name, log } = this.#parts;
    const reply = await master.call("notify_offloaded", { client_id, segment_name, results });
    if (!reply.ok) log(`notify_offloaded: ${reply.error.detail}`);
    if (bucket_id === null) return;
    const codes = reply.ok ? reply.value.codes : results.map(() => reply.error.code);
    this.dispatch({ type: "notify_offloaded_done", bucket_id, codes });
  }

  async #notifyEvicted({ bucket_id, keys }: EffectOf<"notify_disk_evicted">): Promise<void> {
    const { master, client_id, segment_name } = this.#parts;
    const reply = await master.call("notify_disk_evicted", { client_id, segment_name, keys });
    const code = reply.ok ? reply.value.code : reply.error.code;
    this.dispatch({ type: "notify_disk_evicted_done", bucket_id, code });
  }

  async #notifyLost({ keys }: EffectOf<"notify_lost">): Promise<void> {
    const { master, client_id, segment_name, log } = this.#parts;
    log(
      `${keys.length} objects had another checksum on disk and are dropped: ${keys.slice(0, 3).join(", ")}`,
    );
    const reply = await master.call("notify_disk_evicted", { client_id, segment_name, keys });
    const code = reply.ok ? reply.value.code : reply.error.code;
    this.dispatch({ type: "notify_lost_done", keys, code });
  }

  async #copyToSegment({ promotion_id, copies }: EffectOf<"copy_to_segment">): Promise<void> {
    const code = await this.#parts.store.copyToSegment(copies);
    this.dispatch({ type: "copied_to_segment", promotion_id, code });
  }

  /** One that is lost ends when the master takes the task for forgotten. */
  async #notifyPromoted({ results }: EffectOf<"notify_promoted">): Promise<void> {
    const { master, client_id, segment_name, log } = this.#parts;
    const reply = await master.call("notify_promoted", { client_id, segment_name, results });
    if (!reply.ok) log(`notify_promoted: ${reply.error.detail}`);
  }
}
