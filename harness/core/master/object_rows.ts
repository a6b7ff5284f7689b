// One object is a row: a 64-byte record, one cache line, in plain memory, so that ten million objects are nothing to the garbage
// collector. What few objects have (copies beyond the first, a soft pin, a group) lives in maps beside the records.
// An object's memory copies start and end their writing together, so its state is the status of all.

import { assert } from "../../domain/assert.ts";
import type { ClientId } from "../../domain/master_api.ts";
import type { ReplicaDescriptor } from "../../domain/replica.ts";
import { RecordChunks } from "../tier/record_chunks.ts";
import type { MountedSegment } from "./mounted_segment.ts";
import { NumberedMounts } from "./numbered_mounts.ts";
import { ObjectGroups } from "./object_groups.ts";
import { NO_ROW, type Row } from "./object_row.ts";
import { NO_START, PutStarts } from "./put_starts.ts";
import { SoftPins } from "./soft_pins.ts";

export interface MemoryCopy {
  readonly segment: MountedSegment;
  /** Of its range in the segment's space. */
  readonly place: number;
}

/** removed: no longer in the table; may still hold memory that somebody reads or writes. */
export type ObjectState = "writing" | "complete" | "removed";
/** queued: waits for its owner's heartbeat; handed: the owner reads it now. */
export type OffloadState = "none" | "queued" | "handed";
/** Which eviction order holds the object; "none" when its memory may not be evicted. */
export type EvictionLane = "none" | "normal" | "soft";

const STATES: readonly ObjectState[] = ["writing", "complete", "removed"];
const OFFLOADS: readonly OffloadState[] = ["none", "queued", "handed"];
const LANES: readonly EvictionLane[] = ["none", "normal", "soft"];
const NO_COPIES: readonly never[] = [];

const RECORD_BYTES = 64;
// f64 fields
const LEASE_NS = 0;
const MEMORY_PLACE = 1;
const BYTES = 2;
const SEQUENCE = 3;
// i32 fields, behind the four f64. 8 to 10 are the key's, see key_column.ts.
const FLAGS = 11;
const CLIENT = 12;
const MEMORY_MOUNT = 13;
const DISK_MOUNT = 14;
/** Place of its start while its put is not ended; of a spare row: the next spare one. */
const LINK = 15;
// bits of FLAGS
const STATE_SHIFT = 0;
const OFFLOAD_SHIFT = 2;
const LANE_SHIFT = 4;
const HARD_PIN = 1 << 6;
const PINNED = 1 << 7;
const ORDER_SHIFT = 8;
const TWO_BITS = 3;

export class ObjectRows {
  readonly records: RecordChunks = new RecordChunks(RECORD_BYTES);
  readonly soft_pins: SoftPins = new SoftPins();
  readonly groups: ObjectGroups = new ObjectGroups();
  readonly #put_starts = new PutStarts();
  readonly #mounts = new NumberedMounts();
  readonly #client_numbers = new Map<ClientId, number>();
  readonly #more_memory = new Map<Row, readonly MemoryCopy[]>();
  readonly #more_disk = new Map<Row, readonly MountedSegment[]>();
  /** Objects with a copy in memory / on disk. */
  mem_count = 0;
  disk_count = 0;
  #spare: Row = NO_ROW;
  #used = 0;
  #sequence = 0;

  /** An object that is being written, without a key yet; `client` is the number of its writer. */
  add(bytes: number, client: number, memory: readonly MemoryCopy[]): Row {
    const row = this.#newRow();
    this.records.setF64(row, LEASE_NS, 0);
    this.records.setF64(row, BYTES, bytes);
    this.records.setF64(row, SEQUENCE, this.#sequence++);
    this.records.setI32(row, CLIENT, client);
    this.records.setI32(row, FLAGS, 0);
    this.records.setI32(row, MEMORY_MOUNT, 0);
    this.records.setI32(row, DISK_MOUNT, 0);
    this.records.setI32(row, LINK, NO_START);
    this.setMemory(row, memory);
    return row;
  }

  /** The same for as long as the master lives. */
  clientNumber(client_id: ClientId): number {
    const known = this.#client_numbers.get(client_id);
    if (known !== undefined) return known;
    const number = this.#client_numbers.size;
    this.#client_numbers.set(client_id, number);
    return number;
  }

  /** Its number may be used again from now on. */
  release(row: Row): void {
    assert(this.state(row) === "removed", "only a removed object's row is released");
    assert(!this.hasMemory(row) && !this.hasDisk(row), "a released row holds no copies");
    this.endPut(row);
    this.records.setI32(row, LINK, this.#spare);
    this.#spare = row;
  }

  startPut(row: Row, now_ns: number): void {
    this.records.setI32(row, LINK, this.#put_starts.add(row, now_ns));
  }

  /** Null: its put is ended. */
  putStartNs(row: Row): number | null {
    const place = this.records.i32(row, LINK);
    return place === NO_START ? null : this.#put_starts.startNs(place);
  }

  endPut(row: Row): void {
    const place = this.records.i32(row, LINK);
    if (place === NO_START) return;
    this.#put_starts.remove(place);
    this.records.setI32(row, LINK, NO_START);
  }

  /** Of the puts that are not ended, replaced ones too, the one that started first; NO_ROW without any. */
  get oldest_put(): Row {
    return this.#put_starts.oldest;
  }

  bytes(row: Row): number {
    return this.records.f64(row, BYTES);
  }

  /** Order of put starts: the tie-break wherever times are equal. */
  sequence(row: Row): number {
    return this.records.f64(row, SEQUENCE);
  }

  /** Number of its writer. */
  client(row: Row): number {
    return this.records.i32(row, CLIENT);
  }

  /** Not removed, not evicted before this; 0: never leased. */
  leaseNs(row: Row): number {
    return this.records.f64(row, LEASE_NS);
  }

  setLeaseNs(row: Row, until_ns: number): void {
    this.records.setF64(row, LEASE_NS, until_ns);
  }

  state(row: Row): ObjectState {
    return STATES[this.#twoBits(row, STATE_SHIFT)] as ObjectState;
  }

  setState(row: Row, state: ObjectState): void {
    this.#setTwoBits(row, STATE_SHIFT, STATES.indexOf(state));
  }

  offload(row: Row): OffloadState {
    return OFFLOADS[this.#twoBits(row, OFFLOAD_SHIFT)] as OffloadState;
  }

  setOffload(row: Row, offload: OffloadState): void {
    this.#setTwoBits(row, OFFLOAD_SHIFT, OFFLOADS.indexOf(offload));
  }

  lane(row: Row): EvictionLane {
    return LANES[this.#twoBits(row, LANE_SHIFT)] as EvictionLane;
  }

  setLane(row: Row, lane: EvictionLane): void {
    this.#setTwoBits(row, LANE_SHIFT, LANES.indexOf(lane));
  }

  /** Bits of the lease orders that still hold an entry of it, live or dead. */
  orderBits(row: Row): number {
    return this.#twoBits(row, ORDER_SHIFT);
  }

  setOrderBits(row: Row, bits: number): void {
    this.#setTwoBits(row, ORDER_SHIFT, bits);
  }

  setHardPin(row: Row): void {
    this.records.setI32(row, FLAGS, this.records.i32(row, FLAGS) | HARD_PIN);
  }

  isHardPinned(row: Row): boolean {
    return this.#has(row, HARD_PIN);
  }

  /** Memory may not be freed by eviction: an offload needs it. */
  isPinned(row: Row): boolean {
    return this.#has(row, PINNED);
  }

  setPinned(row: Row, pinned: boolean): void {
    const flags = this.records.i32(row, FLAGS);
    this.records.setI32(row, FLAGS, pinned ? flags | PINNED : flags & ~PINNED);
  }

  hasMemory(row: Row): boolean {
    return this.records.i32(row, MEMORY_MOUNT) !== 0;
  }

  memory(row: Row): readonly MemoryCopy[] {
    const number = this.records.i32(row, MEMORY_MOUNT);
    if (number === 0) return NO_COPIES;
    const first = { segment: this.#mounts.at(number), place: this.records.f64(row, MEMORY_PLACE) };
    const more = this.#more_memory.get(row);
    return more === undefined ? [first] : [first, ...more];
  }

  memoryCount(row: Row): number {
    return this.hasMemory(row) ? 1 + (this.#more_memory.get(row)?.length ?? 0) : 0;
  }

  setMemory(row: Row, copies: readonly MemoryCopy[]): void {
    const first = copies[0];
    const had_memory = this.hasMemory(row) ? 1 : 0;
    this.mem_count += (first === undefined ? 0 : 1) - had_memory;
    this.#mounts.give(this.records.i32(row, MEMORY_MOUNT));
    this.records.setI32(row, MEMORY_MOUNT, first === undefined ? 0 : this.#mounts.take(first.segment));
    this.records.setF64(row, MEMORY_PLACE, first?.place ?? 0);
    if (copies.length > 1) this.#more_memory.set(row, copies.slice(1));
    else this.#more_memory.delete(row);
  }

  /** Drops every memory copy and gives its range back to its segment. */
  freeMemory(row: Row): void {
    if (!this.hasMemory(row)) return;
    this.#mounts.at(this.records.i32(row, MEMORY_MOUNT)).space.free(this.records.f64(row, MEMORY_PLACE));
    for (const { segment, place } of this.#more_memory.get(row) ?? NO_COPIES) segment.space.free(place);
    this.setMemory(row, NO_COPIES);
  }

  hasDisk(row: Row): boolean {
    return this.records.i32(row, DISK_MOUNT) !== 0;
  }

  /** Segments whose owners hold a copy on disk. */
  disk(row: Row): readonly MountedSegment[] {
    const number = this.records.i32(row, DISK_MOUNT);
    if (number === 0) return NO_COPIES;
    const more = this.#more_disk.get(row);
    return more === undefined ? [this.#mounts.at(number)] : [this.#mounts.at(number), ...more];
  }

  setDisk(row: Row, segments: readonly MountedSegment[]): void {
    const first = segments[0];
    const had_disk = this.hasDisk(row) ? 1 : 0;
    this.disk_count += (first === undefined ? 0 : 1) - had_disk;
    this.#mounts.give(this.records.i32(row, DISK_MOUNT));
    this.records.setI32(row, DISK_MOUNT, first === undefined ? 0 : this.#mounts.take(first));
    if (segments.length > 1) this.#more_disk.set(row, segments.slice(1));
    else this.#more_disk.delete(row);
  }

  /** Copies in the order requesters prefer them: memory, then disk. */
  describe(row: Row): ReplicaDescriptor[] {
    const bytes = this.bytes(row);
    const replicas: ReplicaDescriptor[] = [];
    for (const { segment, place } of this.memory(row)) {
      const { segment_name, generation } = segment;
      const offset = segment.space.offset(place);
      replicas.push({ tier: "cpu", segment_name, generation, offset, bytes });
    }
    for (const { segment_name } of this.disk(row)) {
      replicas.push({ tier: "disk", segment_name, bytes });
    }
    return replicas;
  }

  /** That of the next object put. */
  get next_sequence(): number {
    return this.#sequence;
  }

  /** Numbers given out so far, spare ones too: rows are in [0, limit). */
  get limit(): number {
    return this.#used;
  }

  #newRow(): Row {
    if (this.#spare === NO_ROW) {
      this.records.reserve(this.#used + 1);
      return this.#used++;
    }
    const row = this.#spare;
    this.#spare = this.records.i32(row, LINK);
    return row;
  }

  #has(row: Row, flag: number): boolean {
    return (this.records.i32(row, FLAGS) & flag) !== 0;
  }

  #twoBits(row: Row, shift: number): number {
    return (this.records.i32(row, FLAGS) >>> shift) & TWO_BITS;
  }

  #setTwoBits(row: Row, shift: number, value: number): void {
    const others = this.records.i32(row, FLAGS) & ~(TWO_BITS << shift);
    this.records.setI32(row, FLAGS, others | (value << shift));
  }
}
