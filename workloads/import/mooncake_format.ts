// Mooncake JSONL (FAST'25 release): one request a line,
//   {"timestamp": ms, "input_length": tokens, "output_length": tokens, "hash_ids": [ceil(input_length / 512)]}
// and the extension of newer tools: rows with a `session_id` are turns of a session. The first is a whole prompt; a later
// one holds what is new, its prompt being the history, answers included, and `delay` (ms) is the pause after the previous
// answer, in place of a timestamp. hash_ids may then lack. Memory is one prompt's ids a session, where there are sessions.
// Recordings of the router (harness/stack/router/router_recorder.ts) name the session of a whole prompt `thread_id`, and say block_tokens.

import { NS_PER_MS } from "../../harness/domain/units.ts";
import type { TraceRequest } from "../trace/trace_request.ts";
import { hashesFit } from "./hashes_fit.ts";
import { jsonlRows } from "./jsonl_rows.ts";
import type { RowFields } from "./row_fields.ts";
import { SessionPrompts } from "./session_prompts.ts";
import type { TraceFormat, TraceRow, TraceSource } from "./trace_format.ts";

const BLOCK_TOKENS = 512;

export const MOONCAKE: TraceFormat = {
  name: "mooncake",
  looks_like: "JSONL with timestamp (ms), input_length, output_length, hash_ids of 512-token blocks",
  block_tokens: BLOCK_TOKENS,
  recognises: ({ objects }) =>
    objects.some((row) => "input_length" in row && ("session_id" in row || "block_tokens" in row)) ||
    hashesFit(objects, BLOCK_TOKENS),
  rows,
};

function rows({ path, block_tokens }: TraceSource): Generator<TraceRow, void> {
  const sessions = new SessionPrompts(block_tokens);
  return jsonlRows(path, (fields): TraceRequest => {
    if (!fields.has("session_id")) return singleRequest(fields, block_tokens);
    const session_id = fields.id("session_id");
    const new_tokens = fields.tokens("input_length");
    const output_tokens = fields.tokens("output_length");
    const is_first = !sessions.has(session_id);
    const has_time = fields.has("timestamp");
    if (is_first && fields.has("delay")) {
      fields.problem("delay", "must not stand in a session's first row", "a delay");
    }
    const at_ns = has_time ? fields.time_ns("timestamp", NS_PER_MS) : null;
    const delay_ns = fields.has("delay") ? fields.time_ns("delay", NS_PER_MS) : null;
    const given_ids = fields.has("hash_ids") ? fields.hashIds("hash_ids", new_tokens, block_tokens) : null;
    const prompt = sessions.extend(session_id, { new_tokens, output_tokens, given_ids });
    return { at_ns, delay_ns, output_tokens, session_id, ...prompt };
  });
}

function singleRequest(fields: RowFields, block_tokens: number): TraceRequest {
  const input_tokens = fields.tokens("input_length");
  return {
    at_ns: fields.time_ns("timestamp", NS_PER_MS),
    delay_ns: null,
    input_tokens,
    output_tokens: fields.tokens("output_length"),
    hash_ids: fields.hashIds("hash_ids", input_tokens, block_tokens),
    session_id: fields.has("thread_id") ? fields.id("thread_id") : null,
  };
}
