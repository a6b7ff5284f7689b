// A request with its times and lengths scaled. Lengths become ceil(n × factor). Ids follow the text: the part of the old prompt
// that ends where a new block ends decides its id, so what was shared stays shared, to within a block.

import { chainBlockHash, ROOT_HASH } from "../../harness/domain/block_hash.ts";
import type { TraceRequest } from "../trace/trace_request.ts";

export interface TraceScale {
  /** 0.5: the same requests in half the time. */
  readonly time: number;
  readonly input: number;
  readonly output: number;
}

export function scaleRequest(request: TraceRequest, scale: TraceScale, block_tokens: number): TraceRequest {
  const { at_ns, delay_ns, hash_ids } = request;
  const input_tokens = Math.ceil(request.input_tokens * scale.input);
  return {
    ...request,
    at_ns: at_ns === null ? null : Math.round(at_ns * scale.time),
    delay_ns: delay_ns === null ? null : Math.round(delay_ns * scale.time),
    input_tokens,
    output_tokens: Math.ceil(request.output_tokens * scale.output),
    hash_ids:
      hash_ids === null || scale.input === 1
        ? hash_ids
        : scaledIds(hash_ids, input_tokens, scale.input, block_tokens),
  };
}

function scaledIds(
  hash_ids: readonly number[],
  input_tokens: number,
  factor: number,
  block_tokens: number,
): number[] {
  const last = hash_ids.length - 1;
  return Array.from({ length: Math.ceil(input_tokens / block_tokens) }, (_, j) => {
    const end = Math.min((j + 1) * block_tokens, input_tokens);
    // Of the old prompt, the block in which this one's last token lies; a small slack against rounding at block ends.
    const old_block = Math.min(last, Math.ceil(end / factor / block_tokens - 1e-9) - 1);
    const old_id = hash_ids[old_block] ?? 0;
    return chainBlockHash(ROOT_HASH, [old_id % 2 ** 32, Math.floor(old_id / 2 ** 32), j, end], 0, 4);
  });
}
