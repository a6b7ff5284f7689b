// The owner's buffer for reads from disk: one reservation a read, with a slot for every object. A reservation is held while the disk
// works and, from then on, for a lease, so that a requester that never says it is done cannot fill the buffer for ever.
// Source: spec mooncake_store.md §6.4 (client buffer, gc TTL).

import { assert } from "../../domain/assert.ts";
import { DISK_ALIGN_BYTES } from "./disk_tier_api.ts";
import { SegmentAllocator } from "./segment_allocator.ts";

interface Reservation {
  /** Of the slots, in the space. */
  readonly places: readonly number[];
  /** Infinity while the disk works. */
  expires_ns: number;
}

export class StagingBuffer {
  /** Reads refused for want of space, and leases that ran out. */
  overflow_count = 0;
  expired_count = 0;
  readonly #space: SegmentAllocator;
  readonly #reservations = new Map<number, Reservation>();
  /** Leased reads in order of expiry: the lease is one constant. */
  readonly #leased = new Set<number>();

  constructor(staging_bytes: number) {
    this.#space = new SegmentAllocator(staging_bytes, DISK_ALIGN_BYTES);
  }

  get staged_bytes(): number {
    return this.#space.allocated_bytes;
  }

  /** Slots of align_up(bytes, 4096), one each; null when not all of them fit, and then none is taken. */
  reserve(read_id: number, sizes_bytes: readonly number[]): readonly number[] | null {
    assert(!this.#reservations.has(read_id), "a read reserves its slots once");
    const places: number[] = [];
    for (const bytes of sizes_bytes) {
      const place = this.#space.allocate(bytes);
      if (place === null) {
        for (const taken of places) this.#space.free(taken);
        this.overflow_count++;
        return null;
      }
      places.push(place);
    }
    this.#reservations.set(read_id, { places, expires_ns: Number.POSITIVE_INFINITY });
    return places.map((place) => this.#space.offset(place));
  }

  /** The bytes are there: from now on the reservation lives until `expires_ns`. */
  lease(read_id: number, expires_ns: number): void {
    const reservation = this.#reservations.get(read_id);
    assert(reservation !== undefined, "a read that is leased has its slots");
    reservation.expires_ns = expires_ns;
    this.#leased.add(read_id);
  }

  /** False when the lease had run out, or the id is unknown. */
  release(read_id: number): boolean {
    const reservation = this.#reservations.get(read_id);
    if (reservation === undefined) return false;
    for (const place of reservation.places) this.#space.free(place);
    this.#reservations.delete(read_id);
    this.#leased.delete(read_id);
    return true;
  }

  expire(now_ns: number): void {
    for (const read_id of this.#leased) {
      const expires_ns = this.#reservations.get(read_id)?.expires_ns ?? 0;
      if (expires_ns > now_ns) return;
      this.release(read_id);
      this.expired_count++;
    }
  }
}
