// Qwen-Bailian usage traces: JSONL of {"chat_id", "parent_chat_id" (−1: none), "timestamp" (s), "input_length",
// "output_length", "type", "turn", "hash_ids" (16-token blocks)}. Every row is a whole prompt. A session is a thread: the
// chats that parents lead back to one root; a parent from before the file's start is such a root. Memory is a name a chat.

import { NS_PER_S } from "../../harness/domain/units.ts";
import type { TraceRequest } from "../trace/trace_request.ts";
import { jsonlRows } from "./jsonl_rows.ts";
import type { RowFields } from "./row_fields.ts";
import type { TraceFormat, TraceRow, TraceSource } from "./trace_format.ts";

const NO_PARENT = "-1";

export const BAILIAN: TraceFormat = {
  name: "bailian",
  looks_like: "JSONL with chat_id, parent_chat_id, timestamp (s), input_length, output_length, hash_ids",
  block_tokens: 16,
  recognises: ({ objects }) => objects.some((row) => "chat_id" in row && "parent_chat_id" in row),
  rows,
};

function rows({ path, block_tokens }: TraceSource): Generator<TraceRow, void> {
  const root_of = new Map<string, string>();
  return jsonlRows(path, (fields): TraceRequest => {
    const chat_id = fields.id("chat_id");
    const session_id = rootOf(fields, root_of);
    if (root_of.has(chat_id)) fields.problem("chat_id", "must be another for every row", chat_id);
    root_of.set(chat_id, session_id ?? chat_id);
    const input_tokens = fields.tokens("input_length");
    return {
      at_ns: fields.time_ns("timestamp", NS_PER_S),
      delay_ns: null,
      input_tokens,
      output_tokens: fields.tokens("output_length"),
      hash_ids: fields.hashIds("hash_ids", input_tokens, block_tokens),
      session_id: session_id ?? chat_id,
    };
  });
}

/** Null: the chat is a root itself. */
function rootOf(fields: RowFields, root_of: ReadonlyMap<string, string>): string | null {
  const parent = fields.id("parent_chat_id");
  return parent === NO_PARENT ? null : (root_of.get(parent) ?? parent);
}
