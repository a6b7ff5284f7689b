import type { PromptSpan, Turn } from "../harness/domain/session.ts";

/** Tokens of a prompt when every answer of its session has the length that was asked for. */
export function plannedPromptTokens(prompt: readonly PromptSpan[], turns: readonly Turn[]): number {
  return prompt.reduce(
    (sum, span) =>
      sum + (span.kind === "seeded" ? span.tokens : (turns[span.turn_index]?.output_tokens ?? 0)),
    0,
  );
}
