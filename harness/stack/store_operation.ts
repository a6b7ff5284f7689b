// A seeded stream of what happens to a store: calls of one requester, and faults. Live processes, the master's core alone and the
// reference model run the same stream, and every answer is compared.

import type { Random } from "../clock/random.ts";

export type StoreOperation =
  | { readonly kind: "put" | "get" | "exists"; readonly blocks: readonly number[] }
  | { readonly kind: "remove"; readonly block: number; readonly force: boolean }
  | { readonly kind: "remove_all"; readonly force: boolean }
  /** The owner stands still for some operations; its memory is still read and written. */
  | { readonly kind: "pause_owner" }
  /** The owner dies; `blocks` are put and read while it is dead; another takes its place. */
  | { readonly kind: "crash_owner"; readonly blocks: readonly number[] }
  | { readonly kind: "restart_master" }
  /** The master's clock goes forward: by less than a lease, which two of them end. */
  | { readonly kind: "jump_clock" }
  /** The clock goes forward by more than client_ttl_ms while the owner stands still; `blocks` are put and read before it is back. */
  | { readonly kind: "expire_owner"; readonly blocks: readonly number[] };

/** A multiple of it is never near the end of a lease. */
export const JUMP_MS = 40_000;
export const LEASE_TTL_MS = 60_000;
/** Much longer than the jumps between two pings of an owner. */
export const CLIENT_TTL_MS = 1_000_000;
export const EXPIRY_JUMP_MS: number = 30 * JUMP_MS;

const BLOCKS_PER_CALL = 6;

export class StoreOperations {
  readonly #random: Random;
  readonly #block_count: number;

  constructor(random: Random, block_count: number) {
    this.#random = random;
    this.#block_count = block_count;
  }

  next(): StoreOperation {
    const dice = this.#random.below(200);
    if (dice < 70) return { kind: "put", blocks: this.#someBlocks() };
    if (dice < 130) return { kind: "get", blocks: this.#someBlocks() };
    if (dice < 160) return { kind: "exists", blocks: this.#someBlocks() };
    const force = dice % 2 === 0;
    if (dice < 182) return { kind: "remove", block: this.#random.below(this.#block_count), force };
    if (dice < 186) return { kind: "remove_all", force };
    if (dice < 190) return { kind: "pause_owner" };
    if (dice < 196) return { kind: "jump_clock" };
    if (dice < 198) return { kind: "crash_owner", blocks: this.#someBlocks() };
    return dice === 198 ? { kind: "restart_master" } : { kind: "expire_owner", blocks: this.#someBlocks() };
  }

  /** Each once. */
  #someBlocks(): number[] {
    const count = 1 + this.#random.below(BLOCKS_PER_CALL);
    return [...new Set(Array.from({ length: count }, () => this.#random.below(this.#block_count)))];
  }
}
