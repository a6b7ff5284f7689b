// The P/D hand-over as a child of the engine's MultiConnector, as vLLM's NixlConnector is: the decode half of a pair pulls the
// prompt that the prefill half holds. Nothing is kept beyond a hold, so there is nothing to save and nothing to wipe.

import type { KvConnector, KvOffer } from "../connector/kv_connector.ts";
import type { BlockPool } from "./block_pool.ts";
import type { Pulls } from "./pulls.ts";
import type { RequestState } from "./request_state.ts";

export class HandoverConnector implements KvConnector<RequestState> {
  readonly connector_name = "handover";
  readonly transfer_params: readonly string[] = ["do_remote_prefill", "remote"];
  readonly block_pool: BlockPool;
  readonly #pulls: Pulls;

  constructor(block_pool: BlockPool, pulls: Pulls) {
    this.block_pool = block_pool;
    this.#pulls = pulls;
  }

  /** Who holds the prompt came with the request. */
  defers(): boolean {
    return false;
  }

  /** Unless nothing but the last prompt token is missing: that one is computed here anyway. */
  offer({ holds_remote, prompt_tokens }: RequestState, computed_tokens: number): KvOffer | null {
    if (!holds_remote || computed_tokens === prompt_tokens - 1) return null;
    return { when: "now", end_tokens: prompt_tokens };
  }

  load(request: RequestState, from_block: number, now_ns: number): void {
    this.#pulls.start(request, from_block, now_ns);
  }

  passedOver(request: RequestState): void {
    this.#pulls.release(request);
  }

  save(): void {}

  reset(_force: boolean, _now_ns: number, done: (ok: boolean) => void): void {
    done(true);
  }
}
