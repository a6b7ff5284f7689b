// What the bytes of a region say, block by block: (block hash, weights version), as live blocks carry them. So a stale or
// torn block is seen by whoever reads it, not assumed. Slots are equal in size and known by index.

import type { CopyEnd } from "../core/connector/get_batch.ts";

/** A block without a hash of its own: the partial last one of a prompt, or bytes that nobody wrote. */
export const NO_CONTENT = -1;

const FIRST_SLOTS = 64;

export class BlockContents {
  #hashes: Float64Array = new Float64Array(FIRST_SLOTS).fill(NO_CONTENT);
  #versions: Int32Array = new Int32Array(FIRST_SLOTS);

  hash(slot: number): number {
    return this.#hashes[slot] ?? NO_CONTENT;
  }

  version(slot: number): number {
    return this.#versions[slot] ?? 0;
  }

  write(slot: number, hash: number, weights_version: number): void {
    if (slot >= this.#hashes.length) this.#grow(slot + 1);
    this.#hashes[slot] = hash;
    this.#versions[slot] = weights_version;
  }

  /** What a copy that checks its bytes would say. */
  verify(slot: number, hash: number, weights_version: number): CopyEnd {
    if (this.hash(slot) !== hash) return "corrupt";
    return this.version(slot) === weights_version ? "ok" : "stale";
  }

  #grow(slots: number): void {
    const capacity = Math.max(slots, 2 * this.#hashes.length);
    const hashes = new Float64Array(capacity).fill(NO_CONTENT);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const versions = new Int32Array(capacity);
    versions.set(this.#versions);
    this.#versions = versions;
  }
}
