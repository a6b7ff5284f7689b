import { expect, test } from "bun:test";
import type { PromptSpan, Session } from "../../harness/domain/session.ts";
import { boundSession } from "./bound_session.ts";

const text = (seed: number, tokens: number): PromptSpan => ({ kind: "seeded", seed, tokens });
const answer: PromptSpan = { kind: "answer", turn_index: 0 };

/** Prompts of 10 + 30 = 40 and 40 + 5 + 15 = 60 tokens. */
const SESSION: Session = {
  session_id: "s",
  turns: [
    { prompt: [text(1, 10), text(2, 30)], output_tokens: 5, think_ns: 0, at_ns: 0 },
    {
      prompt: [text(1, 10), text(2, 30), answer, text(3, 15)],
      output_tokens: 9,
      think_ns: 7,
      at_ns: null,
    },
  ],
};

test("a session whose prompts all fit stays as it is", () => {
  expect(boundSession(SESSION, 60)).toEqual(SESSION);
});

test("a session ends before a turn that is too long", () => {
  expect(boundSession(SESSION, 59).turns).toEqual(SESSION.turns.slice(0, 1));
  expect(boundSession(SESSION, 40).turns).toEqual(SESSION.turns.slice(0, 1));
});

test("a first prompt that is too long loses its end, and nothing follows it", () => {
  const [only, ...more] = boundSession(SESSION, 12).turns;
  expect([only?.prompt, only?.output_tokens, more]).toEqual([[text(1, 10), text(2, 2)], 5, []]);
  expect(boundSession(SESSION, 10).turns[0]?.prompt).toEqual([text(1, 10)]);
});
