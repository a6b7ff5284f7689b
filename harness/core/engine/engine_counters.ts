// What the engine did, since start. Names as in EngineSnapshot; the store's part is counted by the connector.

import type { RequestState } from "./request_state.ts";

export class EngineCounters {
  // Those of every step come first, and so lie together.
  steps = 0;
  busy_ns = 0;
  generation_tokens = 0;
  preemptions = 0;
  prompt_tokens = 0;
  finished_requests = 0;
  prefix_cache_queries = 0;
  prefix_cache_hits = 0;
  external_prefix_cache_queries = 0;
  external_prefix_cache_hits = 0;
  cached_hbm_tokens = 0;
  cached_cpu_tokens = 0;
  cached_disk_tokens = 0;
  computed_prompt_tokens = 0;
  recomputed_requests = 0;
  whole_prompt_hits = 0;
  /** Blocks that were computed with though no load brought them. */
  believed_blocks = 0;
  pulled_blocks = 0;
  failed_pulls = 0;
  stale_pulls = 0;
  corrupt_pulls = 0;

  /**
   * Books a prompt once, at its first token: prompt = hbm + cpu + disk + pulled + computed. Recomputation after a
   * preemption is work, but no second prompt.
   */
  promptDone(request: RequestState): void {
    const { hbm_tokens, cpu_tokens, disk_tokens, pulled_tokens } = request.stages;
    const { prompt_tokens } = request.request;
    this.prompt_tokens += prompt_tokens;
    this.cached_hbm_tokens += hbm_tokens;
    this.cached_cpu_tokens += cpu_tokens;
    this.cached_disk_tokens += disk_tokens;
    this.computed_prompt_tokens += prompt_tokens - hbm_tokens - cpu_tokens - disk_tokens - pulled_tokens;
  }
}
