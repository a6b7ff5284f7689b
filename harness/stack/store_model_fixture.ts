// What a live store with one owner answers, as plain as it can be said: for the randomised test. Leases outlast the test and the
// segment holds every block, so time and eviction play no part; crashes of the owner and restarts of the master do.

import { STORE_CODE } from "../domain/store_error.ts";
import { BLOCK_BYTES } from "./store_client_contract.ts";

export class StoreModel {
  /** Block → leased. */
  readonly #objects = new Map<number, boolean>();
  #owner_alive = true;

  /** A block that is there already counts as stored, and is not written. */
  put(blocks: readonly number[]): number[] {
    return blocks.map((block) => {
      if (this.#objects.has(block)) return STORE_CODE.OK;
      if (!this.#owner_alive) return STORE_CODE.TRANSFER_FAIL;
      this.#objects.set(block, false);
      return STORE_CODE.OK;
    });
  }

  /** Bytes, or a code: the master still names what a dead owner held, and the copy fails. */
  get(blocks: readonly number[]): number[] {
    return blocks.map((block) => {
      if (!this.#lease(block)) return STORE_CODE.OBJECT_NOT_FOUND;
      return this.#owner_alive ? BLOCK_BYTES : STORE_CODE.TRANSFER_FAIL;
    });
  }

  exists(blocks: readonly number[]): number[] {
    return blocks.map((block) => (this.#lease(block) ? 1 : 0));
  }

  remove(block: number, force: boolean): number {
    const leased = this.#objects.get(block);
    if (leased === undefined) return STORE_CODE.OBJECT_NOT_FOUND;
    if (leased && !force) return STORE_CODE.OBJECT_HAS_LEASE;
    this.#objects.delete(block);
    return STORE_CODE.OK;
  }

  removeAll(force: boolean): number {
    const gone = [...this.#objects].filter(([, leased]) => force || !leased);
    for (const [block] of gone) this.#objects.delete(block);
    return gone.length;
  }

  ownerCrashed(): void {
    this.#owner_alive = false;
  }

  /** Its memory is new: what it held is gone. */
  ownerRestarted(): void {
    this.#owner_alive = true;
    this.#objects.clear();
  }

  /** It keeps nothing over a restart. */
  masterRestarted(): void {
    this.#objects.clear();
  }

  get key_count(): number {
    return this.#objects.size;
  }

  /** False when the block is not there; else it is leased now. */
  #lease(block: number): boolean {
    if (!this.#objects.has(block)) return false;
    this.#objects.set(block, true);
    return true;
  }
}
