// Every object by key, and the transitions that end copies. Keeps the eviction index and the byte counts in step.
// Invariant: an object in the table is writing with at least one memory copy, or complete with at least one copy of any tier.

import { assert } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import { HashIndex } from "../tier/hash_index.ts";
import type { EvictionIndex } from "./eviction_index.ts";
import { KeyColumn } from "./key_column.ts";
import type { MountedSegment } from "./mounted_segment.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import type { MemoryCopy, ObjectRows } from "./object_rows.ts";
import type { Sweeps } from "./sweeps.ts";

/** The owner's queue that an object waits in or was handed from. */
export interface OffloadTarget {
  readonly segment_name: string;
  readonly queued: { delete(row: Row): boolean };
}

/** An object that is to have a memory copy again. */
export interface PromotionTask {
  readonly row: Row;
  /** The object has gone; its row may be another's. */
  is_cancelled: boolean;
  expires_ns: number;
}

export class ObjectTable {
  /** Where an object is queued or handed for offload. */
  readonly offload_to: Map<Row, OffloadTarget> = new Map();
  /** Tasks that have not ended, of objects that are there. */
  readonly promotions: Map<Row, PromotionTask> = new Map();
  readonly #rows: ObjectRows;
  readonly #keys: KeyColumn;
  readonly #by_key = new HashIndex();
  readonly #index: EvictionIndex;
  readonly #sweeps: Sweeps;
  #disk_bytes = 0;

  constructor(rows: ObjectRows, index: EvictionIndex, sweeps: Sweeps) {
    this.#rows = rows;
    this.#sweeps = sweeps;
    this.#keys = new KeyColumn(rows.records);
    this.#index = index;
  }

  /** Objects; what a sweep under way has yet to remove is among them. */
  get size(): number {
    return this.#by_key.size;
  }

  /** Bytes of all disk copies. */
  get disk_bytes(): number {
    return this.#disk_bytes;
  }

  /** NO_ROW when there is none. */
  find(key: ObjectKey): Row {
    this.#keys.seek(key);
    return this.#findSought();
  }

  /** Of the key that is this part of a text. */
  findIn(text: string, start: number, end: number): Row {
    this.#keys.seekIn(text, start, end);
    return this.#findSought();
  }

  /** Of the key of a block. */
  findBlock(prefix: string, hash: BlockHash): Row {
    this.#keys.seekBlock(prefix, hash);
    return this.#findSought();
  }

  /** To be asked before anything is done to a row that `find` has not just given. False: its object is gone. */
  settle(row: Row): boolean {
    return this.#sweeps.settle(row);
  }

  keyOf(row: Row): ObjectKey {
    return this.#keys.read(row);
  }

  /** Of its key: 32 bits. */
  hashOf(row: Row): number {
    return this.#keys.hashOf(row);
  }

  /** In order of put. */
  *keys(): Generator<ObjectKey> {
    const rows = this.rows(0, this.#rows.limit);
    rows.sort((a, b) => this.#rows.sequence(a) - this.#rows.sequence(b));
    for (const row of rows) yield this.#keys.read(row);
  }

  /** The rows in [start, end) that have an object. */
  rows(start: Row, end: Row): Row[] {
    const rows: Row[] = [];
    for (let row = start; row < Math.min(end, this.#rows.limit); row++) {
      if (this.#sweeps.settle(row)) rows.push(row);
    }
    return rows;
  }

  /** As ObjectRows.add(). */
  insert(key: ObjectKey, bytes: number, client: number, memory: readonly MemoryCopy[]): Row {
    this.#keys.seek(key);
    assert(this.#findSought() === NO_ROW, "a key has one object");
    const row = this.#rows.add(bytes, client, memory);
    this.#keys.write(row);
    this.#by_key.add(this.#keys.hash, row);
    return row;
  }

  /** Takes the object out of the table but leaves its memory allocated: somebody still writes or reads it. */
  detach(row: Row): void {
    assert(this.#rows.state(row) !== "removed", "an object in the table is detached once");
    this.#by_key.remove(this.#keys.hashOf(row), row);
    this.#rows.setState(row, "removed");
    if (this.#rows.hasDisk(row)) this.#forgetDisk(row);
    this.#rows.soft_pins.forget(row);
    const group = this.#rows.groups.membersOf(row);
    this.#rows.groups.remove(row);
    if (group !== undefined) this.#index.unpark(group);
    this.#cancelPromotion(row);
    this.#index.place(row);
  }

  #cancelPromotion(row: Row): void {
    const task = this.promotions.get(row);
    if (task === undefined) return;
    task.is_cancelled = true;
    this.promotions.delete(row);
  }

  /** Removes the object. Memory that an owner is just writing to disk stays allocated until that owner answers. */
  erase(row: Row): void {
    this.detach(row);
    this.#unqueue(row);
    if (this.#rows.offload(row) !== "handed") this.release(row);
  }

  /** Frees the memory copies of a detached object, and its row. */
  release(row: Row): void {
    assert(this.#rows.state(row) === "removed", "memory of an object in the table is dropped, not freed");
    this.#rows.freeMemory(row);
    this.#keys.clear(row);
    this.#rows.release(row);
  }

  /** Drops the memory copies on `segment`. Without another copy the object goes. */
  dropMemory(row: Row, segment: MountedSegment): void {
    const memory = this.#rows.memory(row);
    const kept = memory.filter((copy) => copy.segment !== segment);
    if (kept.length === 0) {
      this.dropAllMemory(row);
      return;
    }
    for (const copy of memory) if (copy.segment === segment) segment.space.free(copy.place);
    this.#rows.setMemory(row, kept);
    this.#index.place(row);
  }

  /** Without a disk copy the object goes. */
  dropAllMemory(row: Row): void {
    if (!this.#rows.hasDisk(row)) {
      this.erase(row);
      return;
    }
    this.#rows.freeMemory(row);
    this.#index.place(row);
  }

  addDisk(row: Row, segment: MountedSegment): void {
    this.#sweeps.decide(row);
    const disk = this.#rows.disk(row);
    if (disk.includes(segment)) return;
    this.#rows.setDisk(row, [...disk, segment]);
    this.#countDisk(segment, this.#rows.bytes(row));
  }

  /** Drops the disk copies at `segment`, or all. Without another copy the object goes. */
  dropDisk(row: Row, segment: MountedSegment | null): void {
    const disk = this.#rows.disk(row);
    const kept = disk.filter((other) => segment !== null && other !== segment);
    if (kept.length === disk.length) return;
    if (kept.length === 0 && !this.#rows.hasMemory(row)) {
      this.erase(row);
      return;
    }
    for (const gone of disk) if (!kept.includes(gone)) this.#countDisk(gone, -this.#rows.bytes(row));
    this.#rows.setDisk(row, kept);
  }

  #forgetDisk(row: Row): void {
    for (const segment of this.#rows.disk(row)) this.#countDisk(segment, -this.#rows.bytes(row));
    this.#rows.setDisk(row, []);
  }

  #countDisk(segment: MountedSegment, bytes: number): void {
    segment.disk_bytes += bytes;
    this.#disk_bytes += bytes;
  }

  #findSought(): Row {
    const { hash } = this.#keys;
    let row = this.#by_key.first(hash);
    while (row !== NO_ROW && !this.#keys.matches(row)) row = this.#by_key.next();
    return row === NO_ROW || !this.#sweeps.is_running || this.#sweeps.settle(row) ? row : NO_ROW;
  }

  #unqueue(row: Row): void {
    if (this.#rows.offload(row) !== "queued") return;
    this.offload_to.get(row)?.queued.delete(row);
    this.offload_to.delete(row);
    this.#rows.setOffload(row, "none");
    this.#rows.setPinned(row, false);
  }
}
