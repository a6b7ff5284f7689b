// A session that fits a small engine: no prompt is longer than a bound. A first prompt loses its end; a later turn that would be
// longer ends the session before it, since a conversation cannot forget its own beginning.

import { assert } from "../../harness/domain/assert.ts";
import type { PromptSpan, Session, Turn } from "../../harness/domain/session.ts";
import { plannedPromptTokens } from "../planned_prompt_tokens.ts";

export function boundSession({ turns, ...session }: Session, max_prompt_tokens: number): Session {
  assert(max_prompt_tokens > 0, "a prompt has a token");
  const first = turns[0];
  if (first === undefined) return { ...session, turns };
  const cut = { ...first, prompt: cutPrompt(first.prompt, max_prompt_tokens) };
  const is_cut = plannedPromptTokens(first.prompt, turns) > max_prompt_tokens;
  return { ...session, turns: is_cut ? [cut] : turns.slice(0, fittingTurns(turns, max_prompt_tokens)) };
}

function fittingTurns(turns: readonly Turn[], max_prompt_tokens: number): number {
  const first_long = turns.findIndex(({ prompt }) => plannedPromptTokens(prompt, turns) > max_prompt_tokens);
  return first_long < 0 ? turns.length : first_long;
}

/** The first `max_tokens` of a prompt that quotes no answer. */
function cutPrompt(prompt: readonly PromptSpan[], max_tokens: number): PromptSpan[] {
  const cut: PromptSpan[] = [];
  let left = max_tokens;
  for (const span of prompt) {
    assert(span.kind === "seeded", "a first prompt has nothing to quote");
    if (left > 0) cut.push({ ...span, tokens: Math.min(span.tokens, left) });
    left -= span.tokens;
  }
  return cut;
}
