// The requests of a recorded conversation: one for every answer, whose prompt is all that was said before it. A message
// costs one token for its role besides its text (text_tokens.ts), so that prompt t + 1 is prompt t, answer t and what is new.

import { PromptHashes } from "../trace/prompt_hashes.ts";
import type { TraceRequest } from "../trace/trace_request.ts";
import { textTokens } from "./text_tokens.ts";

export const ROLES = ["system", "user", "assistant", "tool"] as const;
export type Role = (typeof ROLES)[number];

export interface Message {
  readonly role: Role;
  readonly text: string;
}

/** Answers with nothing before them are history only. */
export function conversationRequests(
  session_id: string,
  messages: readonly Message[],
  block_tokens: number,
): TraceRequest[] {
  const prompt = new PromptHashes(block_tokens);
  const requests: TraceRequest[] = [];
  for (const { role, text } of messages) {
    prompt.append([roleToken(role)]);
    const tokens = textTokens(text);
    if (role === "assistant" && prompt.tokens > 1) {
      requests.push({
        at_ns: null,
        delay_ns: null,
        input_tokens: prompt.tokens,
        // An empty answer still ends with a token.
        output_tokens: Math.max(1, tokens.length),
        hash_ids: prompt.ids(),
        session_id,
      });
    }
    prompt.append(role === "assistant" && tokens.length === 0 ? [0] : tokens);
  }
  return requests;
}

/** Above every token of text, which has 32 bits. */
function roleToken(role: Role): number {
  return 2 ** 32 + ROLES.indexOf(role);
}
