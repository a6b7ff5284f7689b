import { expect, test } from "bun:test";
import { AnswerStream } from "../core/engine/answer_stream.ts";
import { hashFullBlocks, type TokenId } from "../domain/block_hash.ts";
import { expandPrompt } from "../domain/prompt_tokens.ts";
import type { PromptSpan, Session } from "../domain/session.ts";
import { Conversations } from "./conversations.ts";

const BLOCK_TOKENS = 4;

function seeded(seed: number, tokens: number): PromptSpan {
  return { kind: "seeded", seed, tokens };
}

function answer(turn_index: number): PromptSpan {
  return { kind: "answer", turn_index };
}

function sessionOf(prompts: readonly (readonly PromptSpan[])[]): Session {
  const turns = prompts.map((prompt) => ({ prompt, output_tokens: 5, think_ns: 0, at_ns: null }));
  return { session_id: "s", turns };
}

const HISTORY = [seeded(1, 6), seeded(2, 3)];
const SESSIONS: Record<string, Session> = {
  "each turn continues the last": sessionOf([
    HISTORY,
    [...HISTORY, answer(0), seeded(3, 7)],
    [...HISTORY, answer(0), seeded(3, 7), answer(1), seeded(4, 1)],
  ]),
  "a turn starts anew and quotes an older answer": sessionOf([
    HISTORY,
    [seeded(9, 5), answer(0), seeded(3, 7)],
    [...HISTORY, answer(0), answer(1)],
  ]),
};

for (const [name, session] of Object.entries(SESSIONS)) {
  test(`prompts hash as the live client's and engine's tokens do: ${name}`, () => {
    const conversations = new Conversations([session], BLOCK_TOKENS);
    const answers: TokenId[][] = [];
    for (const [turn_index, turn] of session.turns.entries()) {
      const tokens = expandPrompt(turn.prompt, answers);
      const hashed = conversations.prompt("s", turn);
      expect(hashed.block_hashes).toEqual(hashFullBlocks(tokens, BLOCK_TOKENS));
      expect(hashed.tail_token_ids).toEqual(tokens.slice(tokens.length - (tokens.length % BLOCK_TOKENS)));
      const stream = new AnswerStream(
        {
          request_id: "r",
          prompt_tokens: tokens.length,
          prompt_block_hashes: hashed.block_hashes,
          tail_token_ids: hashed.tail_token_ids,
          max_tokens: turn.output_tokens,
          do_remote_decode: false,
          remote: null,
          transfer_id: null,
        },
        BLOCK_TOKENS,
      );
      answers.push(Array.from({ length: turn.output_tokens }, (_, i) => stream.token(i)));
      conversations.answered("s", turn_index, hashed, turn.output_tokens);
    }
  });
}
