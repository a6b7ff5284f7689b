// KVCache-centric scheduling (Qin et al.: Mooncake, FAST 2025, algorithm 1). For each prefill engine:
//
//   TTFT = queue + transfer + prefill
//   prefix, transfer = best match, its time over the link   where the best match ÷ the engine's own > balancing_threshold
//                      the engine's own match, 0            elsewhere
//
// and the engine with the least TTFT wins. A request that would miss an SLO is refused at once. The transfer is the engine's
// own doing: its connector loads what the shared store has; here it is only reckoned with.
//
// queue is the sum of the estimates of prefills that are out, on a combined engine until the first token: of an answer that is
// not streamed that is seen at its end.

import { assert, present } from "../../domain/assert.ts";
import { msToNs } from "../../domain/units.ts";
import type { KvAwareConfig } from "./kv_aware_config.ts";
import { type Candidates, type EngineLoad, PickRule } from "./pick_rule.ts";
import { PrefixIndex } from "./prefix_index.ts";
import type { RouteRequest } from "./router_api.ts";

interface Estimate<Engine extends EngineLoad> {
  readonly engine: Engine;
  /** Transfer and prefill: what the request adds to the engine's queue. */
  readonly work_ns: number;
  readonly ttft_ns: number;
}

export class PickKvAware extends PickRule {
  readonly #config: KvAwareConfig;
  readonly #index: PrefixIndex;
  readonly #queue_ns = new Map<string, number>();
  readonly #out = new Map<string, { readonly engine_name: string; readonly work_ns: number }>();

  constructor(config: KvAwareConfig, index_blocks: number) {
    super();
    this.#config = config;
    this.#index = new PrefixIndex(index_blocks);
  }

  override pick<Engine extends EngineLoad>(
    candidates: Candidates<Engine>,
    request: RouteRequest,
  ): Engine | null {
    const quickest = this.#quickest(candidates, request);
    const { ttft_slo_ms } = this.#config;
    if (ttft_slo_ms !== null && quickest.ttft_ns > msToNs(ttft_slo_ms)) return null;
    this.#send(quickest, request);
    return quickest.engine;
  }

  override acceptsDecode(decode: EngineLoad, { prompt_tokens }: RouteRequest): boolean {
    const { tbt_slo_ms, decode_base_ns, decode_ns_per_kv_token } = this.#config;
    if (tbt_slo_ms === null) return true;
    const kv_tokens = decode.outstanding_prompt_tokens + prompt_tokens;
    return decode_base_ns + kv_tokens * decode_ns_per_kv_token <= msToNs(tbt_slo_ms);
  }

  override prefillEnded(request_id: string): void {
    const out = this.#out.get(request_id);
    if (out === undefined) return;
    this.#out.delete(request_id);
    this.#queue_ns.set(out.engine_name, this.#queueOf(out.engine_name) - out.work_ns);
  }

  override engineLost(engine_name: string): void {
    this.#index.forget(engine_name);
  }

  #quickest<Engine extends EngineLoad>(
    candidates: Candidates<Engine>,
    request: RouteRequest,
  ): Estimate<Engine> {
    const own_tokens = new Array<number>(candidates.length);
    let best_tokens = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < candidates.length; i++) {
      const { engine_name } = candidates[i] as Engine;
      const matched = this.#matchedTokens(engine_name, request);
      own_tokens[i] = matched;
      best_tokens = Math.max(best_tokens, matched);
    }
    let quickest: Estimate<Engine> | null = null;
    for (let i = 0; i < candidates.length; i++) {
      const engine = candidates[i] as Engine;
      const estimate = this.#estimate(engine, own_tokens[i] as number, best_tokens, request.prompt_tokens);
      if (quickest === null || estimate.ttft_ns < quickest.ttft_ns) quickest = estimate;
    }
    return present(quickest, "there is a healthy engine to pick");
  }

  #estimate<Engine extends EngineLoad>(
    engine: Engine,
    own_tokens: number,
    best_tokens: number,
    prompt_tokens: number,
  ): Estimate<Engine> {
    const { balancing_threshold, transfer_ns_per_token } = this.#config;
    const fetches = balancing_threshold !== null && best_tokens > own_tokens * balancing_threshold;
    const prefix_tokens = fetches ? best_tokens : own_tokens;
    const transfer_ns = (prefix_tokens - own_tokens) * transfer_ns_per_token;
    const work_ns = Math.round(transfer_ns + this.#prefillNs(prompt_tokens, prefix_tokens));
    return { engine, work_ns, ttft_ns: work_ns + this.#queueOf(engine.engine_name) };
  }

  /** New token i of n attends to prefix + i tokens: n · prefix + n² ÷ 2 in all. */
  #prefillNs(prompt_tokens: number, prefix_tokens: number): number {
    const { prefill_ns_per_token, prefill_ns_per_attended_token } = this.#config;
    const new_tokens = prompt_tokens - prefix_tokens;
    const attended_tokens = new_tokens * prefix_tokens + (new_tokens * new_tokens) / 2;
    return new_tokens * prefill_ns_per_token + attended_tokens * prefill_ns_per_attended_token;
  }

  /** The last prompt token is always computed. */
  #matchedTokens(engine_name: string, { prompt_block_hashes, prompt_tokens }: RouteRequest): number {
    const blocks = this.#index.matchedBlocks(engine_name, prompt_block_hashes);
    return Math.min(blocks * this.#config.block_tokens, prompt_tokens - 1);
  }

  #send({ engine, work_ns }: Estimate<EngineLoad>, request: RouteRequest): void {
    const { engine_name } = engine;
    assert(!this.#out.has(request.request_id), "a request is picked for once");
    this.#index.remember(engine_name, request.prompt_block_hashes);
    this.#out.set(request.request_id, { engine_name, work_ns });
    this.#queue_ns.set(engine_name, this.#queueOf(engine_name) + work_ns);
  }

  #queueOf(engine_name: string): number {
    return this.#queue_ns.get(engine_name) ?? 0;
  }
}
