// The operations of the live store's random test on the master's core alone: no process, no socket, no byte is moved; owner and requester
// are two flags here. So millions of them are compared with the model in the time that a live store takes for hundreds.

import { Random } from "../clock/random.ts";
import { MASTER_DEFAULTS, type MasterConfig } from "../core/master/master_config.ts";
import { MasterCore } from "../core/master/master_core.ts";
import { SegmentAllocator } from "../core/tier/segment_allocator.ts";
import { assert } from "../domain/assert.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../domain/replica.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { MIB, msToNs } from "../domain/units.ts";
import { segmentOfNumbers } from "./segment_of_numbers.ts";
import type { StoreAnswer } from "./store_model.ts";
import {
  CLIENT_TTL_MS,
  EXPIRY_JUMP_MS,
  JUMP_MS,
  LEASE_TTL_MS,
  type StoreOperation,
} from "./store_operation.ts";

const OWNER = "owner-0";
const WRITER = "node0/engine";
const SEGMENT_NAME = "node0:50053";
/** What one operation takes here. */
const OPERATION_NS = 1_000;

const CONFIG: MasterConfig = {
  ...MASTER_DEFAULTS,
  lease_ttl_ms: LEASE_TTL_MS,
  client_ttl_ms: CLIENT_TTL_MS,
  soft_pin_ttl_ms: 60_000,
  eviction_high_watermark_ratio: 0.9,
  eviction_ratio: 0.05,
  put_start_discard_ms: 30_000,
  put_start_release_ms: 600_000,
  allocation: "random",
  enable_offload: false,
  offload_on_evict: false,
  acknowledged_puts: "safe",
  promote_on_hit: false,
};

export class StoreCore {
  readonly #block_bytes: number;
  readonly #keys: readonly string[];
  readonly #random: Random;
  #core: MasterCore;
  #owner_is_alive = true;
  #generation = 1;
  #now_ns = 0;

  constructor(keys: readonly string[], block_bytes: number, seed: number) {
    this.#keys = keys;
    this.#block_bytes = block_bytes;
    this.#random = new Random(seed).fork("placement");
    this.#core = this.#newCore();
    this.#mount();
  }

  apply(operation: StoreOperation): StoreAnswer {
    this.#now_ns += OPERATION_NS;
    switch (operation.kind) {
      case "put":
        return this.#put(operation.blocks);
      case "get":
        return this.#get(operation.blocks);
      case "exists":
        return this.#core.handle({ op: "batch_exist", keys: this.#keysOf(operation.blocks) }, this.#now_ns)
          .codes;
      case "remove":
        return this.#remove(operation.block, operation.force);
      case "remove_all":
        return this.#core.handle({ op: "remove_all", force: operation.force }, this.#now_ns).removed;
      case "pause_owner":
        return 0;
      case "jump_clock":
        this.#pass(JUMP_MS);
        this.#core.handle({ op: "ping", client_id: OWNER }, this.#now_ns);
        return 0;
      case "restart_master":
        this.#core = this.#newCore();
        this.#mount();
        return 0;
      case "crash_owner":
        return this.#crash(operation.blocks);
      case "expire_owner":
        return this.#expire(operation.blocks);
    }
  }

  get key_count(): number {
    return this.#core.stats(this.#now_ns).key_count;
  }

  #crash(blocks: readonly number[]): StoreAnswer {
    this.#owner_is_alive = false;
    const answers = [this.#put(blocks), this.#get(blocks)];
    this.#owner_is_alive = true;
    this.#generation++;
    this.#mount();
    return answers;
  }

  #expire(blocks: readonly number[]): StoreAnswer {
    this.#pass(EXPIRY_JUMP_MS);
    const answers = [this.#put(blocks), this.#get(blocks)];
    this.#core.tick(this.#now_ns); // The eviction that the refused put has woken finds nothing.
    this.#mount();
    return answers;
  }

  #put(blocks: readonly number[]): number[] {
    const keys = this.#keysOf(blocks);
    const objects = keys.map((key) => ({ key, bytes: this.#block_bytes }));
    const config = DEFAULT_REPLICATE_CONFIG;
    const started = this.#core.handle(
      { op: "batch_put_start", client_id: WRITER, objects, config },
      this.#now_ns,
    );
    const to_end = keys.filter((_, i) => started.objects[i]?.code === STORE_CODE.OK);
    const op = this.#owner_is_alive ? "batch_put_end" : "batch_put_revoke";
    this.#core.handle({ op, client_id: WRITER, keys: to_end }, this.#now_ns);
    return started.objects.map(({ code }) => {
      if (code === STORE_CODE.OBJECT_ALREADY_EXISTS) return STORE_CODE.OK;
      return code === STORE_CODE.OK && !this.#owner_is_alive ? STORE_CODE.TRANSFER_FAIL : code;
    });
  }

  #get(blocks: readonly number[]): number[] {
    const reply = this.#core.handle({ op: "batch_get_replicas", keys: this.#keysOf(blocks) }, this.#now_ns);
    return reply.objects.map(({ code, replicas }) => {
      if (code !== STORE_CODE.OK) return code;
      return this.#owner_is_alive ? (replicas[0]?.bytes ?? 0) : STORE_CODE.TRANSFER_FAIL;
    });
  }

  #remove(block: number, force: boolean): number {
    const key = this.#keys[block] ?? "";
    return this.#core.handle({ op: "remove", key, force }, this.#now_ns).code;
  }

  #pass(ms: number): void {
    this.#now_ns += msToNs(ms);
    this.#core.tick(this.#now_ns);
  }

  #mount(): void {
    const segment = segmentOfNumbers(SEGMENT_NAME, MIB, this.#generation);
    const mount = { op: "mount_segment", client_id: OWNER, segment } as const;
    assert(this.#core.handle(mount, this.#now_ns).code === STORE_CODE.OK, "the master takes the segment");
  }

  #newCore(): MasterCore {
    const newSpace = (segment_bytes: number): SegmentAllocator => new SegmentAllocator(segment_bytes);
    return new MasterCore(CONFIG, { random: this.#random, newSpace });
  }

  #keysOf(blocks: readonly number[]): string[] {
    return blocks.map((block) => this.#keys[block] ?? "");
  }
}
