// A prompt as chat text. A token id reads as the word ` t<id>`: the embedded engine reads that word back as the same one
// token, a real tokenizer makes a few tokens of it. So equal prefixes stay equal, and lengths are the server's to tell
// (usage.prompt_tokens).

import { assert } from "../../domain/assert.ts";
import { streamToken } from "../../domain/prompt_tokens.ts";
import type { PromptSpan } from "../../domain/session.ts";

export interface ChatMessage {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** Seeded spans between answers make one user message. `answer_texts[t]` is what turn t was answered. */
export function chatMessages(spans: readonly PromptSpan[], answer_texts: readonly string[]): ChatMessage[] {
  const messages: ChatMessage[] = [];
  let user_text = "";
  for (const span of spans) {
    if (span.kind === "seeded") {
      user_text += streamText(span.seed, span.tokens);
      continue;
    }
    const answer = answer_texts[span.turn_index];
    assert(answer !== undefined, `turn ${span.turn_index} is answered before a later turn quotes it`);
    messages.push({ role: "user", content: user_text }, { role: "assistant", content: answer });
    user_text = "";
  }
  return [...messages, { role: "user", content: user_text }];
}

function streamText(seed: number, tokens: number): string {
  let text = "";
  for (let i = 0; i < tokens; i++) text += ` t${streamToken(seed, i)}`;
  return text;
}
