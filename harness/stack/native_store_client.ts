// The store of an engine that offloads natively (vLLM's OffloadingConnector): what is kept where is core/tier's NativeTiers;
// here real bytes move between the engine's blocks, its own pool of shared memory and its own files. Nothing crosses a node.

import type { DataPlane, Region } from "../../native/ffi/data_plane.ts";
import { RequesterCounters } from "../core/connector/requester_counters.ts";
import type { RequesterCounts } from "../core/connector/requester_counts.ts";
import type { GetOutcome } from "../core/connector/store_api.ts";
import {
  type NativeFileWrite,
  type NativeRead,
  NativeTiers,
  type NativeTiersSnapshot,
} from "../core/tier/native_tiers.ts";
import { assert, present } from "../domain/assert.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { copyEnd } from "./copy_end.ts";
import { NativeFiles, type SlotFile } from "./native_files.ts";
import type { Log } from "./process_config.ts";
import type { StoreClient } from "./store_client.ts";
import type { GetItem, PutItem } from "./store_items.ts";

export interface NativeStoreOptions {
  readonly plane: DataPlane;
  /** The engine's own; whole slots. Stays the caller's. */
  readonly pool: Region;
  readonly object_bytes: number;
  readonly slot_bytes: number;
  /** Null: no disk tier. */
  readonly disk: { readonly disk_path: string; readonly files: number } | null;
  readonly log: Log;
}

type ReadingItem = { readonly item: GetItem; readonly read: NativeRead };
type FromDisk = Extract<NativeRead, { readonly from: "disk" }>;

export class NativeStoreClient implements StoreClient {
  readonly #options: NativeStoreOptions;
  readonly #tiers: NativeTiers;
  readonly #files: NativeFiles | null;
  readonly #counters = new RequesterCounters();
  readonly #writes = new Set<Promise<void>>();

  constructor(options: NativeStoreOptions) {
    const { plane, pool, slot_bytes, disk, log } = options;
    this.#options = options;
    this.#tiers = new NativeTiers({
      cpu_slots: Math.floor(pool.bytes / slot_bytes),
      disk_files: disk?.files ?? 0,
    });
    this.#files =
      disk === null ? null : new NativeFiles({ plane, disk_path: disk.disk_path, pool, slot_bytes, log });
  }

  async exists(keys: readonly string[]): Promise<readonly number[]> {
    return this.#tiers.exists(keys);
  }

  async get(items: readonly GetItem[]): Promise<readonly GetOutcome[]> {
    if (items.length === 0) return [];
    this.#checkSizes(items);
    const reading = items.map((item): ReadingItem => ({ item, read: this.#tiers.beginRead(item.key) }));
    const bringing = this.#bringUp(reading.flatMap(({ read }) => (read.from === "disk" ? [read] : [])));
    const outcomes = new Map<ReadingItem, GetOutcome>();
    const copyOut = async (some: readonly ReadingItem[]): Promise<void> => {
      for (const [i, outcome] of (await this.#copyOut(some)).entries()) {
        outcomes.set(present(some[i], "one outcome an item"), outcome);
      }
    };
    await Promise.all([
      copyOut(reading.filter(({ read }) => read.from === "cpu")),
      bringing.then(() => copyOut(reading.filter(({ read }) => read.from === "disk"))),
    ]);
    for (const { read } of reading) this.#tiers.endRead(read);
    const answered = reading.map((one) => outcomes.get(one) ?? failure(codeOf(one.read)));
    for (const [i, { code }] of answered.entries()) {
      // Its bytes will not get better.
      if (code === STORE_CODE.CHECKSUM_MISMATCH)
        this.#tiers.remove(present(items[i], "one answer an item").key);
    }
    this.#removeFiles();
    this.#counters.countGets(answered);
    return answered;
  }

  async put(items: readonly PutItem[]): Promise<readonly number[]> {
    if (items.length === 0) return [];
    this.#checkSizes(items);
    const { plane, pool, slot_bytes, object_bytes } = this.#options;
    const writes = this.#tiers.beginWrite(items.map(({ key }) => key));
    const copies = items.flatMap((item, i) => {
      const write = present(writes[i], "one write an item");
      return write.state === "copy" ? [{ item, memory: write.memory }] : [];
    });
    const results = await plane.submit(
      copies.map(({ item, memory }) => ({
        kind: "copy",
        from: item.region,
        from_offset: item.offset,
        to: pool,
        to_offset: memory.place * slot_bytes,
        bytes: object_bytes,
        verify: null,
        earliest_done_ns: 0,
      })),
    );
    const failed = new Set<string>();
    const file_writes = copies.flatMap(({ item, memory }, i) => {
      const is_there = results[i]?.code === "ok";
      if (!is_there) failed.add(item.key);
      return this.#tiers.endWrite(memory, is_there) ?? [];
    });
    if (file_writes.length > 0) this.#writeFiles(file_writes);
    this.#removeFiles();
    const codes = items.map(({ key }, i) => {
      if (writes[i]?.state === "no_room") return STORE_CODE.NO_AVAILABLE_HANDLE;
      return failed.has(key) ? STORE_CODE.TRANSFER_FAIL : STORE_CODE.OK;
    });
    const stored = copies.length - failed.size;
    this.#counters.countPutCopies(true, stored, stored * object_bytes);
    this.#counters.countPuts(codes, writes.filter(({ state }) => state === "exists").length);
    return codes;
  }

  /** There are no leases: forced or not, all of it goes. */
  async removeAll(): Promise<{ readonly code: number; readonly removed: number }> {
    const removed = this.#tiers.removeAll();
    this.#removeFiles();
    return { code: STORE_CODE.OK, removed };
  }

  async remove(key: string): Promise<number> {
    const removed = this.#tiers.remove(key);
    this.#removeFiles();
    return removed ? STORE_CODE.OK : STORE_CODE.OBJECT_NOT_FOUND;
  }

  counters(): RequesterCounts {
    return this.#counters.snapshot();
  }

  native(): NativeTiersSnapshot {
    return this.#tiers.snapshot();
  }

  /** File writes under way end first. */
  async close(): Promise<void> {
    await Promise.all(this.#writes);
    await this.#files?.settled();
  }

  async #bringUp(reads: readonly FromDisk[]): Promise<void> {
    if (reads.length === 0) return;
    const files = present(this.#files, "a read from disk has a disk tier");
    const done = await files.read(reads.map(slotFile));
    for (const [i, read] of reads.entries()) this.#tiers.fileRead(read, done[i] === true);
  }

  /** [reading] */
  async #copyOut(reading: readonly ReadingItem[]): Promise<GetOutcome[]> {
    const { plane, pool, slot_bytes, object_bytes } = this.#options;
    const there = reading.filter(({ read }) => read.from !== null && read.memory.ready);
    const results = await plane.submit(
      there.map(({ item, read }) => ({
        kind: "copy",
        from: pool,
        from_offset: placeOf(read) * slot_bytes,
        to: item.region,
        to_offset: item.offset,
        bytes: object_bytes,
        verify: item.identity,
        earliest_done_ns: 0,
      })),
    );
    return reading.map((one) => {
      const i = there.indexOf(one);
      if (i < 0) return failure(STORE_CODE.FILE_READ_FAIL);
      const end = copyEnd(present(results[i], "one result a copy"));
      if (end === "failed") return failure(STORE_CODE.TRANSFER_FAIL);
      if (end === "corrupt") return failure(STORE_CODE.CHECKSUM_MISMATCH);
      return { code: object_bytes, tier: one.read.from, remote: false, stale: end === "stale" };
    });
  }

  #writeFiles(writes: readonly NativeFileWrite[]): void {
    const files = present(this.#files, "a block goes to a file where there is a disk tier");
    const writing = files.write(writes.map(slotFile)).then((done) => {
      for (const [i, write] of writes.entries()) this.#tiers.endFileWrite(write, done[i] === true);
      this.#removeFiles();
      this.#writes.delete(writing);
    });
    this.#writes.add(writing);
  }

  #removeFiles(): void {
    this.#files?.remove(this.#tiers.takeRemovedFiles());
  }

  #checkSizes(items: readonly PutItem[]): void {
    const { object_bytes } = this.#options;
    assert(
      items.every(({ bytes }) => bytes === object_bytes),
      "every block of an engine has one size",
    );
  }
}

function slotFile({ memory, file }: Pick<NativeFileWrite, "memory" | "file">): SlotFile {
  return { slot: memory.place, file_id: file.place };
}

function placeOf(read: NativeRead): number {
  assert(read.from !== null, "a block that is copied has a slot");
  return read.memory.place;
}

function codeOf(read: NativeRead): number {
  assert(read.from === null, "a block that was found has an outcome");
  return read.code;
}

function failure(code: number): GetOutcome {
  return { code, tier: null, remote: false, stale: false };
}
