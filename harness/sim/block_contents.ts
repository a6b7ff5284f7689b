// What the bytes of a region say, block by block: (block hash, weights version), as live blocks carry them. So a stale or
// torn block is seen by whoever reads it, not assumed. Slots are equal in size and known by index.

import type { CopyEnd } from "../core/connector/get_batch.ts";

/** A block without a hash of its own: the partial last one of a prompt, or bytes that nobody wrote. */
export const NO_CONTENT = -1;

const FIRST_SLOTS = 64;

export class BlockContents {
  /** [slots × 2]: hash and version of a slot lie together. */
  #said: Float64Array = unwritten(FIRST_SLOTS);

  hash(slot: number): number {
    return this.#said[2 * slot] ?? NO_CONTENT;
  }

  version(slot: number): number {
    return this.#said[2 * slot + 1] ?? 0;
  }

  write(slot: number, hash: number, weights_version: number): void {
    if (2 * slot >= this.#said.length) this.#grow(slot + 1);
    this.#said[2 * slot] = hash;
    this.#said[2 * slot + 1] = weights_version;
  }

  /** What another region's slot says. */
  copy(slot: number, from: BlockContents, from_slot: number): void {
    this.write(slot, from.hash(from_slot), from.version(from_slot));
  }

  /** What a copy that checks its bytes would say. */
  verify(slot: number, hash: number, weights_version: number): CopyEnd {
    if (this.hash(slot) !== hash) return "corrupt";
    return this.version(slot) === weights_version ? "ok" : "stale";
  }

  #grow(slots: number): void {
    const said = unwritten(Math.max(slots, this.#said.length));
    said.set(this.#said);
    this.#said = said;
  }
}

function unwritten(slots: number): Float64Array {
  const said = new Float64Array(2 * slots);
  for (let slot = 0; slot < slots; slot++) said[2 * slot] = NO_CONTENT;
  return said;
}
