import { expect, test } from "bun:test";
import { streamToken } from "../../domain/prompt_tokens.ts";
import { chatMessages } from "./chat_messages.ts";

test("spans between answers make one user message, and answers are the assistant's", () => {
  const words = (seed: number, tokens: number) =>
    Array.from({ length: tokens }, (_, i) => ` t${streamToken(seed, i)}`).join("");
  const messages = chatMessages(
    [
      { kind: "seeded", seed: 1, tokens: 2 },
      { kind: "seeded", seed: 2, tokens: 1 },
      { kind: "answer", turn_index: 0 },
      { kind: "seeded", seed: 3, tokens: 1 },
    ],
    ["hello"],
  );
  expect(messages).toEqual([
    { role: "user", content: words(1, 2) + words(2, 1) },
    { role: "assistant", content: "hello" },
    { role: "user", content: words(3, 1) },
  ]);
});
