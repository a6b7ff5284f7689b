// ShareGPT: a JSON array of {"id", "conversations": [{"from": "human" | "gpt", "value"}]}. The copies in use also have
// `system` messages and other names of the same two speakers. No times: turns follow each other.

import type { Message, Role } from "./conversation.ts";
import { conversationRows } from "./conversation_rows.ts";
import type { RowFields } from "./row_fields.ts";
import type { TraceFormat } from "./trace_format.ts";

const SPEAKERS: ReadonlyMap<string, Role> = new Map([
  ["human", "user"],
  ["user", "user"],
  ["gpt", "assistant"],
  ["chatgpt", "assistant"],
  ["bing", "assistant"],
  ["bard", "assistant"],
  ["assistant", "assistant"],
  ["system", "system"],
]);

export const SHAREGPT: TraceFormat = {
  name: "sharegpt",
  looks_like: "JSON array of {id, conversations: [{from, value}]}",
  block_tokens: 16,
  recognises: ({ text }) => /^\[\s*\{/.test(text) && text.includes('"conversations"'),
  rows: (source) => conversationRows(source, { list_field: "conversations", toMessage }),
};

function toMessage(fields: RowFields): Message | null {
  const from = fields.text("from");
  const text = fields.text("value");
  const role = SPEAKERS.get(from);
  if (role === undefined && fields.problems.length === 0) {
    fields.problem("from", `must be one of ${[...SPEAKERS.keys()].join(", ")}`, from);
  }
  return role === undefined ? null : { role, text };
}
