// A disk tier with its clock in hand, for tests of this room. Effects are kept until a test asks for them by type.

import { DiskTier } from "./disk_tier.ts";
import type { DiskTierConfig, DiskTierEffect, DiskTierEvent } from "./disk_tier_api.ts";

type EffectOf<T extends DiskTierEffect["type"]> = Extract<DiskTierEffect, { type: T }>;

/** Ten buckets of two blocks; staging for four blocks. */
const BASE_CONFIG: DiskTierConfig = {
  capacity_bytes: 20 * 4096,
  bucket_bytes: 2 * 4096,
  bucket_keys: 100,
  bucket_eviction: "fifo",
  high_watermark_ratio: 1,
  low_watermark_ratio: 0.8,
  staging_bytes: 4 * 4096,
  keys_limit: 1000,
};

export class TestDiskTier {
  readonly tier: DiskTier;
  now_ns = 0;
  #effects: DiskTierEffect[] = [];

  constructor(overrides: Partial<DiskTierConfig> = {}) {
    this.tier = new DiskTier({ ...BASE_CONFIG, ...overrides });
  }

  send(event: DiskTierEvent): void {
    this.#effects.push(...this.tier.handle(event, this.now_ns));
  }

  /** Takes the effects of one type out of those not yet taken, in order. */
  take<T extends DiskTierEffect["type"]>(type: T): EffectOf<T>[] {
    const taken = this.#effects.filter((effect): effect is EffectOf<T> => effect.type === type);
    this.#effects = this.#effects.filter((effect) => effect.type !== type);
    return taken;
  }

  /** Types of the effects not yet taken, in order. */
  pending(): string[] {
    return this.#effects.map((effect) => effect.type);
  }

  /** A heartbeat that brings one-block tasks at consecutive segment offsets. */
  heartbeat(keys: readonly string[], wipe = false): void {
    const tasks = keys.map((key, i) => ({ key, offset: i * 4096, bytes: 4096 }));
    this.send({ type: "heartbeat_reply", tasks, promotions: [], wipe });
  }

  /** Finishes every write that is asked for; the ids written. */
  finishWrites(code = 0): number[] {
    return this.take("write_bucket").map(({ bucket_id, items }) => {
      const crc32c = code === 0 ? items.map((_, i) => 100 + i) : [];
      this.send({ type: "bucket_written", bucket_id, code, crc32c });
      return bucket_id;
    });
  }

  /** The master takes every key told to it with `code`; the ids told. */
  finishNotifies(code = 0): number[] {
    return this.take("notify_offloaded").flatMap(({ bucket_id, results }) => {
      if (bucket_id === null) return [];
      this.send({ type: "notify_offloaded_done", bucket_id, codes: results.map(() => code) });
      return [bucket_id];
    });
  }

  /** Tasks of whole buckets (two keys each) until they are readable. */
  store(...keys: string[]): void {
    this.heartbeat(keys);
    this.finishWrites();
    this.finishNotifies();
  }

  read(read_id: number, ...keys: string[]): void {
    this.send({ type: "read_requested", read_id, keys });
  }

  /** Finishes the reads the disk was asked for. */
  finishReads(code = 0): void {
    for (const { read_id, items } of this.take("read")) {
      this.send({ type: "read_done", read_id, codes: items.map(() => code) });
    }
  }

  /** Codes of a read that is answered at once or by a disk that never fails. */
  readCodes(read_id: number, ...keys: string[]): number[] {
    this.read(read_id, ...keys);
    this.finishReads();
    const codes = this.take("read_reply").flatMap(({ objects }) => objects.map(({ code }) => code));
    this.send({ type: "release", read_id });
    return codes;
  }
}
