// Published traces have prompts of 120,000 tokens and more. They keep their exact lengths here; what shrinks is the bytes of
// a token (1/16: 256 bytes, so 16,384 blocks of 16 tokens are 64 MiB an engine) and the time of a prompt (a data centre GPU).

import type { Preset } from "./preset.ts";

export const LAPTOP_TRACE: Preset = {
  name: "laptop_trace",
  reason: "long traces at their exact lengths on two cores: KV bytes scaled by 1/16, compute time of an h200",
  input: {
    engine: {
      gpu: "h200",
      kv_scale: 1 / 16,
      num_hbm_blocks: 16_384,
      max_num_batched_tokens: 8_192,
      max_model_len: 131_072,
    },
    // A replay faster than its engines queues, and a queued request is not a failed one.
    load: { arrivals: "trace", request_timeout_ms: 600_000 },
  },
};
