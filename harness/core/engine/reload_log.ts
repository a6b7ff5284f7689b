// The lines that ATOM's offload connector logs of its reload decisions (spec: atom_reload_handoff.md), so that parsers written
// for its logs read ours. Only where a decision can be another than vLLM's: with chunks of several blocks, or a least load.

import type { LoadDecision } from "../connector/load_decision.ts";
import type { EngineContext } from "./engine_context.ts";
import type { RequestState } from "./request_state.ts";

export function logReload(
  { store, config, effects }: EngineContext,
  request: RequestState,
  hbm_tokens: number,
  hit_tokens: number,
  decision: LoadDecision,
): void {
  if (store === null || hit_tokens === 0) return;
  const { chunk_tokens, min_load_tokens } = store.config;
  if (chunk_tokens === config.block_tokens && min_load_tokens === 0) return;
  const { request_id } = request.request;
  const rules = `min_load=${min_load_tokens} chunk=${chunk_tokens}`;
  const cached = `hbm_cached=${hbm_tokens} lmc_cached=${hit_tokens} need=${hit_tokens - hbm_tokens}`;
  let line: string;
  if (decision.action === "skip") {
    line = `[OFFLOAD-LOAD-SKIP] seq=${request_id} ${cached} ${rules} reason=${decision.reason}`;
  } else if (decision.action === "handoff") {
    const { boundary_tokens } = decision;
    line =
      `[OFFLOAD-LOAD-HANDOFF] seq=${request_id} hbm_cached=${hbm_tokens} boundary=${boundary_tokens} ` +
      `lmc_cached=${hit_tokens} need_after_boundary=${hit_tokens - boundary_tokens} ${rules}`;
  } else {
    const nblocks = Math.ceil((hit_tokens - hbm_tokens) / config.block_tokens);
    line = `[OFFLOAD-LOAD-EMIT] seq=${request_id} ${cached} nblocks=${nblocks} reason=aligned_large_hit`;
  }
  effects.push({ type: "log", level: "info", line });
}
