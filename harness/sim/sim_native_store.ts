// Native offloading of a simulated engine: core/tier's NativeTiers decides, copies take the node's memory and files its disk
// (the models that owners have too), and a block says what its bytes are. A lookup asks a table in the engine: it takes no time.

import type { CopyEnd } from "../core/connector/get_batch.ts";
import { RequesterCounters } from "../core/connector/requester_counters.ts";
import type { RequesterCounts } from "../core/connector/requester_counts.ts";
import type { GetOutcome } from "../core/connector/store_api.ts";
import {
  type NativeFileWrite,
  type NativeRead,
  NativeTiers,
  type NativeTiersConfig,
  type NativeTiersSnapshot,
} from "../core/tier/native_tiers.ts";
import { assert, present } from "../domain/assert.ts";
import { keyStrings } from "../domain/block_key_batch.ts";
import type { RankLayout } from "../domain/rank_layout.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { BlockContents } from "./block_contents.ts";
import { shardContent, shardSlot } from "./block_shard.ts";
import type { DiskDevice } from "./disk_device.ts";
import type { EffectOf } from "./effect_of.ts";
import type { EventLoop } from "./event_loop.ts";
import type { Fabric } from "./fabric.ts";
import type { SimStore, StoreAnswer } from "./sim_store.ts";

export interface SimNativeParts {
  readonly loop: EventLoop;
  readonly fabric: Fabric;
  readonly device: DiskDevice;
  readonly node_index: number;
  readonly object_bytes: number;
  /** A file's: object_bytes on whole pages. */
  readonly slot_bytes: number;
  readonly ranks: RankLayout;
  readonly hbm: BlockContents;
}

type FromDisk = Extract<NativeRead, { readonly from: "disk" }>;

export class SimNativeStore implements SimStore {
  readonly #parts: SimNativeParts;
  readonly #tiers: NativeTiers;
  readonly #counters = new RequesterCounters();
  readonly #pool = new BlockContents();
  /** By file id. */
  readonly #files = new Map<number, { readonly hash: number; readonly version: number }>();

  constructor(config: NativeTiersConfig, parts: SimNativeParts) {
    this.#parts = parts;
    this.#tiers = new NativeTiers(config);
  }

  counts(): RequesterCounts {
    return this.#counters.snapshot();
  }

  native(): NativeTiersSnapshot {
    return this.#tiers.snapshot();
  }

  exists({ op_id, keys }: EffectOf<"exists">, answer: StoreAnswer): void {
    const { loop } = this.#parts;
    loop.at(loop.now_ns, "rpc", () =>
      answer({ type: "exists_done", op_id, codes: this.#tiers.exists(keyStrings(keys)) }),
    );
  }

  get(effect: EffectOf<"get">, answer: StoreAnswer): void {
    const { loop } = this.#parts;
    const reads = effect.keys.map((key) => this.#tiers.beginRead(key));
    const in_memory = reads.filter(({ from }) => from === "cpu").length;
    const from_disk = reads.flatMap((read) => (read.from === "disk" ? [read] : []));
    const copied_ns = this.#copies(in_memory);
    this.#bringUp(from_disk, () => {
      const end_ns = Math.max(loop.now_ns, copied_ns, this.#copies(from_disk.length));
      loop.at(end_ns, "copy", () => {
        const outcomes = reads.map((read, i) => this.#take(effect, read, i));
        this.#forgetFiles();
        this.#counters.countGets(outcomes);
        answer({ type: "get_done", op_id: effect.op_id, outcomes });
      });
    });
  }

  put(effect: EffectOf<"put">, answer: StoreAnswer): void {
    const { loop, hbm, ranks, object_bytes } = this.#parts;
    const writes = this.#tiers.beginWrite(effect.keys);
    const copies = writes.filter(({ state }) => state === "copy").length;
    loop.at(this.#copies(copies), "copy", () => {
      const file_writes: NativeFileWrite[] = [];
      for (const [i, write] of writes.entries()) {
        if (write.state !== "copy") continue;
        const block_id = present(effect.block_ids[i], "a put names a block for every key");
        const slot = shardSlot(ranks, block_id, effect.tp_rank);
        this.#pool.write(write.memory.place, hbm.hash(slot), hbm.version(slot));
        const file_write = this.#tiers.endWrite(write.memory, true);
        if (file_write !== null) file_writes.push(file_write);
      }
      this.#writeFiles(file_writes);
      const codes = writes.map(({ state }) =>
        state === "no_room" ? STORE_CODE.NO_AVAILABLE_HANDLE : STORE_CODE.OK,
      );
      this.#counters.countPutCopies(true, copies, copies * object_bytes);
      this.#counters.countPuts(codes, writes.filter(({ state }) => state === "exists").length);
      answer({ type: "put_done", op_id: effect.op_id, codes });
    });
  }

  removeAll({ op_id }: EffectOf<"remove_all">, answer: StoreAnswer): void {
    const { loop } = this.#parts;
    loop.at(loop.now_ns, "rpc", () => {
      const removed = this.#tiers.removeAll();
      this.#forgetFiles();
      answer({ type: "remove_all_done", op_id, code: STORE_CODE.OK, removed });
    });
  }

  #bringUp(reads: readonly FromDisk[], done: () => void): void {
    if (reads.length === 0) {
      done();
      return;
    }
    const { loop, device, slot_bytes } = this.#parts;
    loop.at(device.read(loop.now_ns, reads.length * slot_bytes, reads.length), "disk", () => {
      for (const read of reads) {
        const content = present(this.#files.get(read.file.place), "a file that is ready was written");
        this.#pool.write(read.memory.place, content.hash, content.version);
        this.#tiers.fileRead(read, true);
      }
      done();
    });
  }

  /** The bytes of one object into the engine's block, and what checking them says. */
  #take(effect: EffectOf<"get">, read: NativeRead, key_index: number): GetOutcome {
    if (read.from === null) return { code: read.code, tier: null, remote: false, stale: false };
    const { hbm, ranks, object_bytes } = this.#parts;
    const block_id = present(effect.block_ids[key_index], "a get names a block for every key");
    const hash = present(effect.hashes[key_index], "a get names a hash for every key");
    const slot = read.memory.place;
    hbm.write(shardSlot(ranks, block_id, effect.tp_rank), this.#pool.hash(slot), this.#pool.version(slot));
    const content = shardContent(ranks, hash, effect.tp_rank);
    const end: CopyEnd = this.#pool.verify(slot, content, effect.weights_version);
    this.#tiers.endRead(read);
    assert(end !== "failed", "memory of the own node does not fail");
    const code = end === "corrupt" ? STORE_CODE.CHECKSUM_MISMATCH : object_bytes;
    return { code, tier: end === "corrupt" ? null : read.from, remote: false, stale: end === "stale" };
  }

  #writeFiles(writes: readonly NativeFileWrite[]): void {
    if (writes.length === 0) return;
    const { loop, device, slot_bytes } = this.#parts;
    loop.at(device.write(loop.now_ns, writes.length * slot_bytes, writes.length), "disk", () => {
      for (const write of writes) {
        const { place } = write.memory;
        this.#files.set(write.file.place, {
          hash: this.#pool.hash(place),
          version: this.#pool.version(place),
        });
        this.#tiers.endFileWrite(write, true);
      }
      this.#forgetFiles();
    });
  }

  #forgetFiles(): void {
    for (const file_id of this.#tiers.takeRemovedFiles()) this.#files.delete(file_id);
  }

  /** So many copies of one block inside the node, at once; when the last is done. */
  #copies(count: number): number {
    const { loop, fabric, node_index, object_bytes } = this.#parts;
    if (count === 0) return loop.now_ns;
    return fabric.transfer(node_index, node_index, count * object_bytes, count, loop.now_ns);
  }
}
