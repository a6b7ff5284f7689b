// Conversations with OpenAI's roles, as vLLM's multi-turn benchmark reads them: a JSON array of
// {"id", "messages": [{"role", "content"}]}. No times: turns follow each other.

import { type Message, ROLES } from "./conversation.ts";
import { conversationRows } from "./conversation_rows.ts";
import type { RowFields } from "./row_fields.ts";
import type { TraceFormat } from "./trace_format.ts";

export const OPENAI_CHAT: TraceFormat = {
  name: "openai_chat",
  looks_like: "JSON array of {id, messages: [{role, content}]}",
  block_tokens: 16,
  recognises: ({ text }) => /^\[\s*\{/.test(text) && text.includes('"messages"'),
  rows: (source) => conversationRows(source, { list_field: "messages", toMessage }),
};

function toMessage(fields: RowFields): Message | null {
  const name = fields.text("role");
  const text = fields.text("content");
  const role = ROLES.find((known) => known === name);
  if (role === undefined && fields.problems.length === 0) {
    fields.problem("role", `must be one of ${ROLES.join(", ")}`, name);
  }
  return role === undefined ? null : { role, text };
}
