// Registered memory that calls borrow parts of: who comes first is served first, and waits until a part of that length is free.

import type { Region } from "../../native/ffi/data_plane.ts";
import { SegmentAllocator } from "../core/tier/segment_allocator.ts";
import { assert } from "../domain/assert.ts";

interface Waiter {
  readonly bytes: number;
  readonly serve: (place: number) => void;
}

/** `region` stays the caller's. */
export class StagingMemory {
  readonly region: Region;
  readonly #space: SegmentAllocator;
  readonly #waiters: Waiter[] = [];
  #onIdle: () => void = () => {};

  constructor(region: Region) {
    this.region = region;
    this.#space = new SegmentAllocator(region.bytes);
  }

  /** Runs `body` with the offset of `bytes` bytes, which are its own until it ends. `bytes` fit the region. */
  async borrow<T>(bytes: number, body: (offset: number) => Promise<T>): Promise<T> {
    assert(bytes <= this.region.bytes, "what is borrowed fits the region");
    const place = await this.#take(bytes);
    try {
      return await body(this.#space.offset(place));
    } finally {
      this.#space.free(place);
      this.#serve();
    }
  }

  /** Ends when nothing is borrowed. */
  idle(): Promise<void> {
    if (this.#space.allocated_ranges === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const earlier = this.#onIdle;
      this.#onIdle = () => {
        earlier();
        resolve();
      };
    });
  }

  #take(bytes: number): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#waiters.push({ bytes, serve: resolve });
    this.#serve();
    return promise;
  }

  #serve(): void {
    for (;;) {
      const [first] = this.#waiters;
      const place = first === undefined ? null : this.#space.allocate(first.bytes);
      if (first === undefined || place === null) break;
      this.#waiters.shift();
      first.serve(place);
    }
    if (this.#space.allocated_ranges > 0) return;
    this.#onIdle();
    this.#onIdle = () => {};
  }
}
