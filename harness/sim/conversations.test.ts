import { expect, test } from "bun:test";
import { AnswerStream } from "../core/engine/answer_stream.ts";
import { hashFullBlocks, type TokenId } from "../domain/block_hash.ts";
import { expandPrompt } from "../domain/prompt_tokens.ts";
import type { PromptSpan, Session } from "../domain/session.ts";
import type { ScheduledRequest } from "../load/sources/load_source.ts";
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
  test(`blocks have one name exactly when the live client's and engine's tokens hash alike: ${name}`, () => {
    const conversations = new Conversations(BLOCK_TOKENS);
    const answers: TokenId[][] = [];
    const names = new Map<number, number>();
    for (const [turn_index, turn] of session.turns.entries()) {
      const tokens = expandPrompt(turn.prompt, answers);
      const scheduled = { ...scheduledOf(session, turn_index), turn };
      const conversation = conversations.of(scheduled);
      const hashed = conversations.prompt(scheduled, conversation);
      const answer = conversations.answerTo(hashed);
      const live = liveAnswer(tokens, turn.output_tokens);
      const spoken = Array.from({ length: turn.output_tokens }, (_, i) => live.token(i));
      const all_hashes = hashFullBlocks([...tokens, ...spoken], BLOCK_TOKENS);
      expect(hashed.prompt_tokens).toBe(tokens.length);
      for (const [i, hash] of all_hashes.entries()) {
        expect(live.blockHash(i)).toBe(hash);
        expect(names.get(hash) ?? answer.blockHash(i)).toBe(answer.blockHash(i));
        names.set(hash, answer.blockHash(i));
      }
      answers.push(spoken);
      conversations.answered(scheduled, conversation, answer, turn.output_tokens);
    }
    expect(new Set(names.values()).size).toBe(names.size);
  });
}

function scheduledOf({ session_id, turns }: Session, turn_index: number): Omit<ScheduledRequest, "turn"> {
  const request_id = `${session_id}/${turn_index}`;
  return { request_id, session_id, session_index: 0, turn_index, turn_count: turns.length, intended_ns: 0 };
}

/** What a live engine says to these tokens. */
function liveAnswer(tokens: readonly TokenId[], max_tokens: number): AnswerStream {
  return new AnswerStream(
    {
      request_id: "r",
      prompt_tokens: tokens.length,
      prompt_block_hashes: hashFullBlocks(tokens, BLOCK_TOKENS),
      tail_token_ids: tokens.slice(tokens.length - (tokens.length % BLOCK_TOKENS)),
      max_tokens,
      do_remote_decode: false,
      remote: null,
      transfer_id: null,
    },
    BLOCK_TOKENS,
  );
}
