// The tokens of a prompt as the recorder sees it: token ids as sent, text by the toy tokenizer (openai_tokenizer.ts), which
// keeps shared prefixes shared. For the embedded engines these are the engine's own tokens; of a real model's text only the
// server knows the count.

import type { TokenId } from "../../domain/block_hash.ts";
import { isJsonObject, type JsonObject } from "../openai/openai_fields.ts";
import { type ChatMessage, encodeChat, encodeText } from "../openai/openai_tokenizer.ts";

/** Null: not one prompt (several in one request), or none that can be read. */
export function recordedPrompt(body: JsonObject): readonly TokenId[] | null {
  const { prompt, messages } = body;
  if (Array.isArray(messages)) return encodeChat([...toolsMessage(body["tools"]), ...messages.map(message)]);
  if (typeof prompt === "string") return encodeText(prompt);
  if (!Array.isArray(prompt)) return null;
  if (prompt.every((id) => Number.isSafeInteger(id))) return prompt;
  const [only, ...others] = prompt;
  return others.length === 0 ? recordedPrompt({ prompt: only }) : null;
}

/** Chat templates put tools before the messages. */
function toolsMessage(tools: unknown): ChatMessage[] {
  return Array.isArray(tools) && tools.length > 0 ? [{ role: "tools", content: JSON.stringify(tools) }] : [];
}

function message(value: unknown): ChatMessage {
  if (!isJsonObject(value)) return { role: "user", content: JSON.stringify(value) ?? "" };
  const { role, content, tool_calls } = value;
  const calls = Array.isArray(tool_calls) ? JSON.stringify(tool_calls) : "";
  return { role: typeof role === "string" ? role : "user", content: contentText(content) + calls };
}

/** Text, or parts: `{type: "text", text}`; a part of another kind stands as its JSON, so that equal images are equal. */
function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => textOf(part) ?? JSON.stringify(part)).join("");
}

function textOf(part: unknown): string | null {
  const text = isJsonObject(part) ? part["text"] : null;
  return typeof text === "string" ? text : null;
}
