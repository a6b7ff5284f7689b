import type { EngineContext } from "./engine_context.ts";
import type { RequestState } from "./request_state.ts";

/** Blocks for the first `end_tokens` of the request, all or none. */
export function growBlocks(
  { pool, config }: EngineContext,
  request: RequestState,
  end_tokens: number,
): boolean {
  const { block_tokens } = config;
  // Its tokens so far have blocks: most decode steps need no look at them.
  if (end_tokens === request.computed_tokens + 1 && request.computed_tokens % block_tokens !== 0) return true;
  const missing = Math.ceil(end_tokens / block_tokens) - request.block_ids.length;
  if (missing > pool.free_blocks) return false;
  for (let i = 0; i < missing; i++) request.block_ids.push(pool.allocate());
  return true;
}
