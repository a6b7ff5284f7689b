// The master and an owner's disk tier together, with every message and disk operation ending when a seeded dice says so: an acknowledged
// put stays readable, with its own bytes, for as long as its owner lives. The bytes are keys: what a range of memory or a bucket holds.

import { expect, test } from "bun:test";
import { DiskTier } from "../tier/disk_tier.ts";
import type { DiskTierEffect, DiskTierEvent } from "../tier/disk_tier_api.ts";
import type { MasterConfig } from "./master_config.ts";
import { TestMaster } from "./test_master.ts";

const BLOCK_BYTES = 4096;
/** Memory for eight objects, disk for all of them. */
const MEMORY_BLOCKS = 8;
const KEYS: readonly string[] = Array.from({ length: 60 }, (_, i) => `k${i}`);
const STEPS = 3_000;
const OWNER = { client_id: "owner-a", segment_name: "a:1" };
const DISK_EFFECTS: readonly DiskTierEffect["type"][] = [
  "write_bucket",
  "read",
  "delete_bucket",
  "copy_to_segment",
];

class Store {
  readonly master: TestMaster;
  readonly tier: DiskTier = new DiskTier({
    capacity_bytes: 1000 * BLOCK_BYTES,
    bucket_bytes: 3 * BLOCK_BYTES,
    bucket_keys: 100,
    bucket_eviction: "none",
    high_watermark_ratio: 1,
    low_watermark_ratio: 0.8,
    staging_bytes: 4 * BLOCK_BYTES,
    keys_limit: 1000,
  });
  readonly acknowledged = new Set<string>();
  /** Segment offset, bucket and key, staging offset → what lies there. */
  readonly #memory = new Map<number, string>();
  readonly #disk = new Map<string, string>();
  readonly #staging = new Map<number, string>();
  /** In the order in which they were asked for. */
  #pending: DiskTierEffect[] = [];
  readonly #asked = new Map<number, string>();
  #last_read_id = 0;
  #state: number;
  /** Acknowledged keys whose bytes were read as another's, or not at all. */
  readonly wrong: string[] = [];

  constructor(seed: number, config: Partial<MasterConfig>) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
    const switches = { enable_offload: true, promote_on_hit: true, lease_ttl_ms: 200, eviction_ratio: 0.3 };
    this.master = new TestMaster({ ...switches, ...config });
    this.master.mount("a", MEMORY_BLOCKS * BLOCK_BYTES);
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  step(): void {
    const key = KEYS[this.below(KEYS.length)] ?? "";
    const dice = this.below(100);
    if (dice < 30) this.#put(key);
    else if (dice < 45) this.#get(key);
    else if (dice < 48) this.#remove(key);
    else if (dice < 60) this.#heartbeat();
    else if (dice < 75) this.master.at(this.master.now_ns / 1e6 + 10 + this.below(100));
    else this.#finishOne();
    for (const acked of this.acknowledged) {
      if (this.master.core.queryKey(acked, this.master.now_ns)?.readable !== true) this.#lose(acked);
    }
  }

  /** Everything under way ends, and every acknowledged object is read. */
  settle(): void {
    for (const key of this.acknowledged) {
      this.#get(key);
      while (this.#pending.length > 0) this.#finishOne();
    }
  }

  #put(key: string): void {
    const [started] = this.master.putStart([key], BLOCK_BYTES);
    const replica = started?.replicas[0];
    if (replica === undefined) return;
    this.#memory.set(replica.offset, key);
    this.master.putEnd([key]);
    this.acknowledged.add(key);
  }

  #get(key: string): void {
    const [replica] = this.master.get(key).replicas;
    if (replica?.tier === "cpu" && this.#memory.get(replica.offset) !== key) this.#lose(key);
    if (replica?.tier !== "disk") return;
    const read_id = ++this.#last_read_id;
    this.#asked.set(read_id, key);
    this.#send({ type: "read_requested", read_id, keys: [key] });
  }

  #remove(key: string): void {
    if (this.master.remove(key, true) === 0) this.acknowledged.delete(key);
    for (const [read_id, asked] of this.#asked) if (asked === key) this.#asked.delete(read_id);
  }

  #heartbeat(): void {
    const { tasks, promotions, wipe } = this.master.heartbeat("a");
    this.#send({ type: "heartbeat_reply", tasks, promotions, wipe });
  }

  #lose(key: string): void {
    this.acknowledged.delete(key);
    this.wrong.push(key);
  }

  #send(event: DiskTierEvent): void {
    this.#pending.push(...this.tier.handle(event, this.master.now_ns));
  }

  /** Disk operations end in any order; messages of one connection in theirs. */
  #finishOne(): void {
    const message = this.#pending.findIndex(({ type }) => !DISK_EFFECTS.includes(type));
    const ready = [...this.#pending.keys()].filter(
      (i) => i === message || DISK_EFFECTS.includes(this.#pending[i]?.type ?? "read"),
    );
    const chosen = ready[this.below(Math.max(1, ready.length))];
    if (chosen === undefined) return;
    const [effect] = this.#pending.splice(chosen, 1);
    if (effect !== undefined) this.#finish(effect);
  }

  #finish(effect: DiskTierEffect): void {
    const { core, now_ns } = this.master;
    switch (effect.type) {
      case "write_bucket": {
        const { bucket_id, items } = effect;
        for (const { key, segment_offset } of items) {
          this.#disk.set(`${bucket_id}/${key}`, this.#memory.get(segment_offset) ?? "nothing");
        }
        this.#send({ type: "bucket_written", bucket_id, code: 0, crc32c: items.map(() => 0) });
        break;
      }
      case "notify_offloaded": {
        const { codes } = core.handle({ op: "notify_offloaded", ...OWNER, results: effect.results }, now_ns);
        if (effect.bucket_id === null) break;
        this.#send({ type: "notify_offloaded_done", bucket_id: effect.bucket_id, codes });
        break;
      }
      case "notify_disk_evicted": {
        const { bucket_id, keys } = effect;
        const { code } = core.handle({ op: "notify_disk_evicted", ...OWNER, keys }, now_ns);
        this.#send({ type: "notify_disk_evicted_done", bucket_id, code });
        break;
      }
      case "delete_bucket":
        this.#send({ type: "bucket_deleted", bucket_id: effect.bucket_id });
        break;
      case "read":
        for (const { bucket_id, key, staging_offset } of effect.items) {
          this.#staging.set(staging_offset, this.#disk.get(`${bucket_id}/${key}`) ?? "nothing");
        }
        this.#send({ type: "read_done", read_id: effect.read_id, codes: effect.items.map(() => 0) });
        break;
      case "copy_to_segment":
        for (const { staging_offset, segment_offset } of effect.copies) {
          this.#memory.set(segment_offset, this.#staging.get(staging_offset) ?? "nothing");
        }
        this.#send({ type: "copied_to_segment", promotion_id: effect.promotion_id, code: 0 });
        break;
      case "notify_promoted":
        core.handle({ op: "notify_promoted", ...OWNER, results: effect.results }, now_ns);
        break;
      case "notify_lost":
        this.#send({ type: "notify_lost_done", keys: effect.keys, code: 0 });
        break;
      case "read_reply":
        this.#arrived(effect);
        break;
    }
  }

  /** A read that found the staging buffer full is not one that lost its object. */
  #arrived({ read_id, objects }: Extract<DiskTierEffect, { type: "read_reply" }>): void {
    const key = this.#asked.get(read_id);
    const [object] = objects;
    if (key !== undefined && object?.code === 0 && this.#staging.get(object.staging_offset) !== key)
      this.#lose(key);
    this.#asked.delete(read_id);
    this.#send({ type: "release", read_id });
  }
}

function run(seed: number, config: Partial<MasterConfig>): Store {
  const store = new Store(seed, config);
  for (let step = 0; step < STEPS; step++) store.step();
  store.settle();
  return store;
}

for (const offload_on_evict of [false, true]) {
  for (const seed of [1, 2, 3]) {
    test(`safe, offload_on_evict ${offload_on_evict}, seed ${seed}: no acknowledged put is lost or becomes another's`, () => {
      const store = run(seed, { offload_on_evict });
      expect(store.wrong).toEqual([]);
      // Proof that the ways through the store were taken.
      const { offloaded_key_count, evicted_key_count, promotions } = store.master.core.stats(0);
      expect(Math.min(offloaded_key_count, evicted_key_count, promotions.completed)).toBeGreaterThan(10);
      expect(store.acknowledged.size).toBeGreaterThan(MEMORY_BLOCKS);
    });
  }
}

test("as the real store has it, acknowledged puts are lost between put and offload", () => {
  expect(run(1, { acknowledged_puts: "mooncake" }).wrong.length).toBeGreaterThan(0);
});
