// The offload tiers of one engine alone, as vLLM's OffloadingConnector keeps them: a pool of equal slots in the node's memory
// and, below it, a file a block (TieringOffloadingSpec with an fs tier). No other engine reads or fills them.
//
//   store   all new blocks of a call or none: slots are free, or taken from the least recently used blocks that nobody uses
//   files   a stored block is written to a file at once, and keeps its slot until it is; the oldest file makes room
//   load    from the slot, or from the file into a slot of its own first
//   reset   everything goes; a slot or file in use goes when its user is done
//
// Pure. A begin… call returns a ticket, which the caller hands to the matching end… call. vLLM's fs tier has no limit; here
// disk_files is one, so that a run cannot fill the disk.

import { assert, present } from "../../domain/assert.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import { STORE_CODE } from "../../domain/store_error.ts";

export interface NativeTiersConfig {
  readonly cpu_slots: number;
  /** Files at most; 0: no disk tier. */
  readonly disk_files: number;
}

/** A block in memory, or in a file (`place` is the slot or the file's id). */
interface Copy {
  readonly key: ObjectKey;
  readonly place: number;
  /** Its bytes are there. */
  ready: boolean;
  /** Transfers that read or write it. */
  users: number;
  /** Forgotten: the place is free when the last user is done. */
  dropped: boolean;
}

export type NativeRead =
  | { readonly from: "cpu"; readonly memory: Copy }
  /** Read the file into the slot first. */
  | { readonly from: "disk"; readonly memory: Copy; readonly file: Copy }
  | { readonly from: null; readonly code: number };

export type NativeWrite =
  | { readonly state: "copy"; readonly memory: Copy }
  | { readonly state: "exists" }
  | { readonly state: "no_room" };

/** The slot's bytes are to be written to the file. */
export interface NativeFileWrite {
  readonly memory: Copy;
  readonly file: Copy;
}

export interface NativeTiersSnapshot {
  readonly native_cpu_keys: number;
  readonly native_disk_keys: number;
  readonly native_evicted_keys: number;
  readonly native_offloaded_keys: number;
  readonly native_promoted_keys: number;
  readonly native_removed_files: number;
  readonly native_refused_keys: number;
}

export class NativeTiers {
  readonly #config: NativeTiersConfig;
  /** Both least recently used first. */
  readonly #cpu = new Map<ObjectKey, Copy>();
  readonly #disk = new Map<ObjectKey, Copy>();
  readonly #free_slots: number[] = [];
  #next_slot = 0;
  #next_file_id = 0;
  #removed_files: number[] = [];
  readonly #counts = {
    native_evicted_keys: 0,
    native_offloaded_keys: 0,
    native_promoted_keys: 0,
    native_removed_files: 0,
    native_refused_keys: 0,
  };

  constructor(config: NativeTiersConfig) {
    assert(config.cpu_slots > 0, "native tiers have a slot");
    this.#config = config;
  }

  snapshot(): NativeTiersSnapshot {
    const readyOf = (copies: ReadonlyMap<ObjectKey, Copy>): number => {
      let ready = 0;
      for (const copy of copies.values()) if (copy.ready) ready++;
      return ready;
    };
    return { native_cpu_keys: readyOf(this.#cpu), native_disk_keys: readyOf(this.#disk), ...this.#counts };
  }

  /** [keys]: 1 or 0. What is found becomes the last to be evicted. */
  exists(keys: readonly ObjectKey[]): number[] {
    return keys.map((key) => {
      const in_memory = touch(this.#cpu, key);
      const on_disk = touch(this.#disk, key);
      return in_memory || on_disk ? 1 : 0;
    });
  }

  beginRead(key: ObjectKey): NativeRead {
    const memory = this.#cpu.get(key);
    if (memory?.ready === true) {
      touch(this.#cpu, key);
      memory.users++;
      return { from: "cpu", memory };
    }
    const file = this.#disk.get(key);
    if (file?.ready !== true) return { from: null, code: STORE_CODE.OBJECT_NOT_FOUND };
    // Somebody else is bringing it up.
    if (memory !== undefined) return { from: null, code: STORE_CODE.REPLICA_IS_NOT_READY };
    const slot = this.#takeSlot();
    if (slot === null) return { from: null, code: STORE_CODE.NO_AVAILABLE_HANDLE };
    touch(this.#disk, key);
    file.users++;
    return { from: "disk", file, memory: this.#addToMemory(key, slot) };
  }

  /** The file has been read into its slot, or could not be: then it is forgotten. */
  fileRead({ memory, file }: Extract<NativeRead, { readonly from: "disk" }>, ok: boolean): void {
    memory.ready = ok;
    if (ok) this.#counts.native_promoted_keys++;
    else {
      this.#drop(this.#cpu, memory);
      this.#drop(this.#disk, file);
    }
    this.#releaseFile(file);
  }

  /** The block has been copied out of its slot, or could not be. */
  endRead(read: NativeRead): void {
    if (read.from !== null) this.#releaseSlot(read.memory);
  }

  /** [keys], all different. Blocks that are there, or on their way, need no slot, and make no room for the others. */
  beginWrite(keys: readonly ObjectKey[]): NativeWrite[] {
    const is_new = keys.map((key) => !touch(this.#disk, key) && !this.#cpu.has(key));
    const there = keys.flatMap((key) => this.#cpu.get(key) ?? []);
    for (const memory of there) memory.users++;
    const new_keys = is_new.filter(Boolean).length;
    const slots = this.#takeSlots(new_keys);
    for (const memory of there) memory.users--;
    if (slots === null) this.#counts.native_refused_keys += new_keys;
    return keys.map((key, i): NativeWrite => {
      if (is_new[i] !== true) {
        touch(this.#cpu, key);
        return { state: "exists" };
      }
      if (slots === null) return { state: "no_room" };
      const slot = present(slots.pop(), "a slot was taken for every new block");
      return { state: "copy", memory: this.#addToMemory(key, slot) };
    });
  }

  /** The block's bytes are in its slot, or could not be brought there. Returns what is to be written to a file. */
  endWrite(memory: Copy, ok: boolean): NativeFileWrite | null {
    memory.ready = ok;
    if (!ok) this.#drop(this.#cpu, memory);
    const file = ok && !memory.dropped ? this.#makeFile(memory.key) : null;
    if (file === null) {
      this.#releaseSlot(memory);
      return null;
    }
    return { memory, file };
  }

  endFileWrite({ memory, file }: NativeFileWrite, ok: boolean): void {
    file.ready = ok;
    if (ok) this.#counts.native_offloaded_keys++;
    else this.#drop(this.#disk, file);
    this.#releaseFile(file);
    this.#releaseSlot(memory);
  }

  /** False: it is not there. */
  remove(key: ObjectKey): boolean {
    const memory = this.#cpu.get(key);
    const file = this.#disk.get(key);
    if (memory !== undefined) this.#drop(this.#cpu, memory);
    if (file !== undefined) this.#drop(this.#disk, file);
    return memory !== undefined || file !== undefined;
  }

  /** Returns how many keys it forgot. */
  removeAll(): number {
    const keys = new Set([...this.#cpu.keys(), ...this.#disk.keys()]);
    for (const copy of this.#cpu.values()) this.#drop(this.#cpu, copy);
    for (const copy of this.#disk.values()) this.#drop(this.#disk, copy);
    return keys.size;
  }

  /** Ids of files that nothing uses any more, each told once: the caller deletes them. */
  takeRemovedFiles(): readonly number[] {
    if (this.#removed_files.length === 0) return NO_FILES;
    const removed = this.#removed_files;
    this.#removed_files = [];
    return removed;
  }

  #addToMemory(key: ObjectKey, slot: number): Copy {
    const memory: Copy = { key, place: slot, ready: false, users: 1, dropped: false };
    assert(!this.#cpu.has(key), "a block has one slot");
    this.#cpu.set(key, memory);
    return memory;
  }

  /** Null: there is no disk tier, or every file is in use. */
  #makeFile(key: ObjectKey): Copy | null {
    if (this.#config.disk_files === 0 || this.#disk.has(key)) return null;
    if (this.#disk.size >= this.#config.disk_files) {
      const oldest = leastRecentlyUsed(this.#disk);
      if (oldest === null) return null;
      this.#drop(this.#disk, oldest);
    }
    const file: Copy = { key, place: this.#next_file_id++, ready: false, users: 1, dropped: false };
    this.#disk.set(key, file);
    return file;
  }

  /** All or none. */
  #takeSlots(count: number): number[] | null {
    const slots: number[] = [];
    while (slots.length < count) {
      const slot = this.#takeSlot();
      if (slot === null) {
        this.#free_slots.push(...slots);
        return null;
      }
      slots.push(slot);
    }
    return slots;
  }

  #takeSlot(): number | null {
    const free = this.#free_slots.pop();
    if (free !== undefined) return free;
    if (this.#next_slot < this.#config.cpu_slots) return this.#next_slot++;
    const oldest = leastRecentlyUsed(this.#cpu);
    if (oldest === null) return null;
    this.#counts.native_evicted_keys++;
    this.#drop(this.#cpu, oldest);
    return present(this.#free_slots.pop(), "an evicted block leaves its slot");
  }

  #drop(copies: Map<ObjectKey, Copy>, copy: Copy): void {
    if (copy.dropped) return;
    copy.dropped = true;
    copies.delete(copy.key);
    if (copy.users === 0) this.#free(copies, copy);
  }

  #releaseSlot(memory: Copy): void {
    memory.users--;
    if (memory.dropped && memory.users === 0) this.#free(this.#cpu, memory);
  }

  #releaseFile(file: Copy): void {
    file.users--;
    if (file.dropped && file.users === 0) this.#free(this.#disk, file);
  }

  #free(copies: Map<ObjectKey, Copy>, { place }: Copy): void {
    if (copies === this.#cpu) {
      this.#free_slots.push(place);
      return;
    }
    this.#removed_files.push(place);
    this.#counts.native_removed_files++;
  }
}

const NO_FILES: readonly number[] = [];

/** True when the block is there; it is then the most recently used. */
function touch(copies: Map<ObjectKey, Copy>, key: ObjectKey): boolean {
  const copy = copies.get(key);
  if (copy?.ready !== true) return false;
  copies.delete(key);
  copies.set(key, copy);
  return true;
}

function leastRecentlyUsed(copies: ReadonlyMap<ObjectKey, Copy>): Copy | null {
  for (const copy of copies.values()) if (copy.ready && copy.users === 0) return copy;
  return null;
}
