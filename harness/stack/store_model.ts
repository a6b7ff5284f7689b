// A store as a requester sees it, in the plainest way: one owner, room for every block, no disk tier. What it answers, a store must.
// Time is what the clock was moved; real time between operations is short against every limit.

import { STORE_CODE } from "../domain/store_error.ts";
import { EXPIRY_JUMP_MS, JUMP_MS, LEASE_TTL_MS, type StoreOperation } from "./store_operation.ts";

/** Of a call: what it returned, by key. Of a fault: what the calls in it returned; 0 when there were none. */
export type StoreAnswer = number | readonly number[] | readonly (readonly number[])[];

export class StoreModel {
  readonly #block_bytes: number;
  /** Block → end of its lease. */
  readonly #lease_end_ms = new Map<number, number>();
  /** serving, dead but still known to the master, or unknown to it. */
  #owner: "alive" | "dead" | "expired" = "alive";
  #now_ms = 0;

  constructor(block_bytes: number) {
    this.#block_bytes = block_bytes;
  }

  get key_count(): number {
    return this.#lease_end_ms.size;
  }

  apply(operation: StoreOperation): StoreAnswer {
    switch (operation.kind) {
      case "put":
        return this.#put(operation.blocks);
      case "get":
        return this.#get(operation.blocks);
      case "exists":
        return operation.blocks.map((block) => (this.#lease(block) ? 1 : 0));
      case "remove":
        return this.#remove(operation.block, operation.force);
      case "remove_all":
        return this.#removeAll(operation.force);
      case "pause_owner":
        return 0;
      case "jump_clock":
        this.#now_ms += JUMP_MS;
        return 0;
      case "restart_master":
        this.#lease_end_ms.clear(); // It keeps nothing over a restart.
        return 0;
      case "crash_owner":
        return this.#without("dead", operation.blocks);
      case "expire_owner":
        this.#now_ms += EXPIRY_JUMP_MS;
        this.#lease_end_ms.clear();
        return this.#without("expired", operation.blocks);
    }
  }

  /** A put and a get without an owner, which then comes back with empty memory. */
  #without(owner: "dead" | "expired", blocks: readonly number[]): StoreAnswer {
    this.#owner = owner;
    const answers = [this.#put(blocks), this.#get(blocks)];
    this.#owner = "alive";
    this.#lease_end_ms.clear();
    return answers;
  }

  /** A block that is there already counts as stored, and is not written. */
  #put(blocks: readonly number[]): number[] {
    return blocks.map((block) => {
      if (this.#lease_end_ms.has(block)) return STORE_CODE.OK;
      if (this.#owner === "dead") return STORE_CODE.TRANSFER_FAIL;
      if (this.#owner === "expired") return STORE_CODE.NO_AVAILABLE_HANDLE;
      this.#lease_end_ms.set(block, 0);
      return STORE_CODE.OK;
    });
  }

  /** Bytes, or a code: the master still names what a dead owner held, and the copy fails. */
  #get(blocks: readonly number[]): number[] {
    return blocks.map((block) => {
      if (!this.#lease(block)) return STORE_CODE.OBJECT_NOT_FOUND;
      return this.#owner === "alive" ? this.#block_bytes : STORE_CODE.TRANSFER_FAIL;
    });
  }

  #remove(block: number, force: boolean): number {
    const lease_end_ms = this.#lease_end_ms.get(block);
    if (lease_end_ms === undefined) return STORE_CODE.OBJECT_NOT_FOUND;
    if (lease_end_ms > this.#now_ms && !force) return STORE_CODE.OBJECT_HAS_LEASE;
    this.#lease_end_ms.delete(block);
    return STORE_CODE.OK;
  }

  #removeAll(force: boolean): number {
    const gone = [...this.#lease_end_ms].filter(([, end_ms]) => force || end_ms <= this.#now_ms);
    for (const [block] of gone) this.#lease_end_ms.delete(block);
    return gone.length;
  }

  /** False when the block is not there; else it is leased from now on. */
  #lease(block: number): boolean {
    if (!this.#lease_end_ms.has(block)) return false;
    this.#lease_end_ms.set(block, this.#now_ms + LEASE_TTL_MS);
    return true;
  }
}
