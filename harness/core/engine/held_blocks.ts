// The prefill half of a P/D hand-over: blocks of finished prompts, kept until the decode engine has pulled them or has
// waited too long.

import { assert } from "../../domain/assert.ts";
import { msToNs } from "../../domain/units.ts";
import type { EngineContext } from "./engine_context.ts";

interface Hold {
  readonly request_id: string;
  readonly block_ids: readonly number[];
  readonly expires_ns: number;
}

export class HeldBlocks {
  readonly #ctx: EngineContext;
  /** By transfer id, in order of expiry: every hold lasts equally long. */
  readonly #holds = new Map<string, Hold>();

  constructor(ctx: EngineContext) {
    this.#ctx = ctx;
  }

  /** Takes over the caller's references. */
  hold(transfer_id: string, request_id: string, block_ids: readonly number[], now_ns: number): void {
    assert(!this.#holds.has(transfer_id), "a transfer id names one hand-over at a time");
    const expires_ns = now_ns + msToNs(this.#ctx.config.remote_hold_ms);
    this.#holds.set(transfer_id, { request_id, block_ids, expires_ns });
  }

  holds(transfer_id: string): boolean {
    return this.#holds.has(transfer_id);
  }

  /** A hand-over that has expired meanwhile is nothing to release. */
  release(transfer_id: string): void {
    const hold = this.#holds.get(transfer_id);
    if (hold === undefined) return;
    this.#holds.delete(transfer_id);
    this.#ctx.pool.release(hold.block_ids);
  }

  nextExpiryNs(): number | null {
    if (this.#holds.size === 0) return null; // asked after every event
    for (const hold of this.#holds.values()) return hold.expires_ns;
    return null;
  }

  expire(now_ns: number): void {
    for (const [transfer_id, hold] of this.#holds) {
      if (hold.expires_ns > now_ns) return;
      const line =
        `Releasing ${hold.block_ids.length} KV blocks of request ${hold.request_id}: ` +
        `no decode engine released transfer ${transfer_id} within ${this.#ctx.config.remote_hold_ms} ms.`;
      this.#ctx.effects.push({ type: "log", level: "warning", line });
      this.release(transfer_id);
    }
  }

  *blocks(): Generator<number> {
    for (const { block_ids } of this.#holds.values()) yield* block_ids;
  }
}
