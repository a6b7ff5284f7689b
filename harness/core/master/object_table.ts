// Every object by key, and the transitions that end copies. Keeps the eviction index and the byte counts in step.
// Invariant: an object in the table is writing with at least one memory copy, or complete with at least one copy of any tier.

import { assert } from "../../domain/assert.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import type { EvictionIndex } from "./eviction_index.ts";
import type { MountedSegment } from "./mounted_segment.ts";
import type { StoredObject } from "./stored_object.ts";

export class ObjectTable {
  readonly #objects = new Map<ObjectKey, StoredObject>();
  readonly #index: EvictionIndex;
  #disk_bytes = 0;

  constructor(index: EvictionIndex) {
    this.#index = index;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** Bytes of all disk copies. */
  get disk_bytes(): number {
    return this.#disk_bytes;
  }

  find(key: ObjectKey): StoredObject | undefined {
    return this.#objects.get(key);
  }

  keys(): MapIterator<ObjectKey> {
    return this.#objects.keys();
  }

  /** Objects may be erased while iterating. */
  values(): MapIterator<StoredObject> {
    return this.#objects.values();
  }

  insert(object: StoredObject): void {
    assert(!this.#objects.has(object.key), "a key has one object");
    this.#objects.set(object.key, object);
  }

  /** Takes the object out of the table but leaves its memory allocated: somebody still writes or reads it. */
  detach(object: StoredObject): void {
    assert(this.#objects.get(object.key) === object, "an object in the table is detached once");
    this.#objects.delete(object.key);
    object.state = "removed";
    this.#disk_bytes -= object.disk.length * object.bytes;
    object.disk = [];
    this.#index.place(object);
  }

  /** Removes the object. Memory that an owner is just writing to disk stays allocated until that owner answers. */
  erase(object: StoredObject): void {
    this.detach(object);
    this.#unqueue(object);
    if (object.offload !== "handed") this.freeMemory(object);
  }

  /** Frees the memory copies of a detached object. */
  freeMemory(object: StoredObject): void {
    assert(object.state === "removed", "memory of an object in the table is dropped, not freed");
    for (const copy of object.memory) copy.segment.space.free(copy.offset);
    object.memory = [];
  }

  /** Drops the memory copies on `segment`, or all. Without another copy the object goes. */
  dropMemory(object: StoredObject, segment: MountedSegment | null): void {
    const goes = object.memory.filter((copy) => segment === null || copy.segment === segment);
    if (goes.length === object.memory.length && object.disk.length === 0) {
      this.erase(object);
      return;
    }
    for (const copy of goes) copy.segment.space.free(copy.offset);
    object.memory = object.memory.filter((copy) => !goes.includes(copy));
    this.#index.place(object);
  }

  addDisk(object: StoredObject, segment: MountedSegment): void {
    if (object.disk.includes(segment)) return;
    object.disk = [...object.disk, segment];
    this.#disk_bytes += object.bytes;
  }

  /** Drops the disk copies at `segment`, or all. Without another copy the object goes. */
  dropDisk(object: StoredObject, segment: MountedSegment | null): void {
    const kept = object.disk.filter((disk) => segment !== null && disk !== segment);
    if (kept.length === object.disk.length) return;
    if (kept.length === 0 && object.memory.length === 0) {
      this.erase(object);
      return;
    }
    this.#disk_bytes -= (object.disk.length - kept.length) * object.bytes;
    object.disk = kept;
  }

  #unqueue(object: StoredObject): void {
    if (object.offload !== "queued") return;
    object.offload_to?.queued.delete(object);
    object.offload = "none";
    object.offload_to = null;
    object.pinned = false;
  }
}
