// vLLM's timed_trace: JSONL of {"timestamp" (s), "input_length", "output_length", "hash_ids"}, chunks of 16 tokens by
// default. The fields are Mooncake's, so what tells the two apart is how many hashes a prompt of a given length has.

import { NS_PER_S } from "../../harness/domain/units.ts";
import { hashesFit } from "./hashes_fit.ts";
import { jsonlRows } from "./jsonl_rows.ts";
import type { TraceFormat } from "./trace_format.ts";

const CHUNK_TOKENS = 16;

export const TIMED_TRACE: TraceFormat = {
  name: "timed_trace",
  looks_like: "JSONL with timestamp (s), input_length, output_length, hash_ids of 16-token chunks",
  block_tokens: CHUNK_TOKENS,
  recognises: ({ objects }) => hashesFit(objects, CHUNK_TOKENS),
  rows: ({ path, block_tokens }) =>
    jsonlRows(path, (fields) => {
      const input_tokens = fields.tokens("input_length");
      return {
        at_ns: fields.time_ns("timestamp", NS_PER_S),
        delay_ns: null,
        input_tokens,
        output_tokens: fields.tokens("output_length"),
        hash_ids: fields.hashIds("hash_ids", input_tokens, block_tokens),
        session_id: null,
      };
    }),
};
