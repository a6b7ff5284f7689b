// For tests of the engine core: a small engine whose steps take 10 µs + 1 µs a token, requests by short words, and a
// shell that keeps what the core asked for until a test answers it.

import { present } from "../../domain/assert.ts";
import { hashFullBlocks, type TokenId } from "../../domain/block_hash.ts";
import type { GpuProfile, ModelProfile } from "../../domain/profile.ts";
import { streamToken } from "../../domain/prompt_tokens.ts";
import type { EngineCoreConfig, EngineEffect, EngineEvent, EngineRequest } from "./engine_api.ts";
import { EngineCore } from "./engine_core.ts";

export const BLOCK_TOKENS = 4;
export const STEP_OVERHEAD_NS = 10_000;
export const TOKEN_NS = 1_000;

/** 2 × 500 parameters = 1000 flops a token; at 10⁹ flop/s that is 1 µs. No attention, no memory traffic. */
const MODEL: ModelProfile = {
  model_name: "fixture",
  layers: 0,
  hidden_size: 1,
  attention_heads: 1,
  kv_heads: 1,
  head_dim: 1,
  params: 500,
  active_params: 500,
  weight_bytes_per_param: 0,
  kv_bytes_per_token: 0,
  vocab_size: 32_000,
  source: "made up",
};

const GPU: GpuProfile = {
  gpu_name: "fixture",
  flops_per_s: 1e9,
  hbm_bytes_per_s: 1e9,
  hbm_bytes: 1e9,
  compute_efficiency: 1,
  memory_efficiency: 1,
  step_overhead_us: 10,
  source: "made up",
};

export const FIXTURE_ENGINE: EngineCoreConfig = {
  engine_name: "engine-0",
  node: "node0",
  role: "both",
  model: MODEL,
  gpu: GPU,
  block_tokens: BLOCK_TOKENS,
  ranks: { tp_size: 1, replication_factor: 1, shard_bytes: 256 },
  num_hbm_blocks: 16,
  enable_prefix_caching: true,
  max_num_seqs: 8,
  max_num_batched_tokens: 32,
  max_model_len: 64,
  remote_hold_ms: 1000,
  connector: null,
};

/** The first prompt_tokens of stream `seed`: equal seeds have equal prefixes. */
export function promptRequest(
  request_id: string,
  prompt_tokens: number,
  max_tokens: number,
  changes: Partial<EngineRequest> & { readonly seed?: number } = {},
): EngineRequest {
  const { seed = 1, ...rest } = changes;
  const tokens: TokenId[] = Array.from({ length: prompt_tokens }, (_, i) => streamToken(seed, i));
  return {
    request_id,
    prompt_tokens,
    prompt_block_hashes: hashFullBlocks(tokens, BLOCK_TOKENS),
    tail_token_ids: tokens.slice(prompt_tokens - (prompt_tokens % BLOCK_TOKENS)),
    max_tokens,
    do_remote_decode: false,
    remote: null,
    transfer_id: null,
    ...rest,
  };
}

type EffectOf<T extends EngineEffect["type"]> = Extract<EngineEffect, { readonly type: T }>;

export class FakeShell {
  readonly core: EngineCore;
  now_ns = 0;
  #step_started_ns = 0;
  /** Everything the core has asked for and not been taken by a test, in order. */
  #effects: EngineEffect[] = [];

  constructor(changes: Partial<EngineCoreConfig> = {}) {
    this.core = new EngineCore({ ...FIXTURE_ENGINE, ...changes }, 7);
  }

  send(...events: EngineEvent[]): void {
    for (const event of events) {
      const effects = this.core.handle(event, this.now_ns);
      if (effects.some((effect) => effect.type === "step")) this.#step_started_ns = this.now_ns;
      this.#effects.push(...effects);
      this.core.assertInvariants();
    }
  }

  arrive(request: EngineRequest): void {
    this.send({ type: "request_arrived", request });
  }

  /** Takes the effects of one kind that have come so far. */
  take<T extends EngineEffect["type"]>(type: T): EffectOf<T>[] {
    const isOf = (effect: EngineEffect): effect is EffectOf<T> => effect.type === type;
    const taken = this.#effects.filter(isOf);
    this.#effects = this.#effects.filter((effect) => !isOf(effect));
    return taken;
  }

  /** Takes the only effect of its kind. */
  one<T extends EngineEffect["type"]>(type: T): EffectOf<T> {
    const [only, ...more] = this.take(type);
    return present(more.length === 0 ? only : undefined, `there is exactly one ${type}`);
  }

  /** Lets the step under way take its time; returns it. */
  step(): EffectOf<"step"> {
    const step = this.one("step");
    this.now_ns = this.#step_started_ns + step.duration_ns;
    this.send({ type: "step_done", step_id: step.step_id });
    return step;
  }

  /** Steps until the engine idles; returns how many. */
  runSteps(): number {
    let steps = 0;
    while (this.#effects.some((effect) => effect.type === "step")) {
      this.step();
      steps++;
    }
    return steps;
  }

  get effects(): readonly EngineEffect[] {
    return this.#effects;
  }
}
