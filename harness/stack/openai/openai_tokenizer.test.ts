import { expect, test } from "bun:test";
import { VOCABULARY } from "../../domain/prompt_tokens.ts";
import { encodeChat, encodeText, tokenText } from "./openai_tokenizer.ts";

test("an answer's text reads back as the very tokens of the answer", () => {
  const answer = [1, 17, 31_999, 4096];
  expect(tokenText(answer)).toBe(" t1 t17 t31999 t4096");
  expect(encodeText(tokenText(answer))).toEqual(answer);
});

test("words that only look like tokens are hashed as text", () => {
  // " t32000" is outside the vocabulary: 7 bytes, 2 tokens; " t01" is not how 1 is written: 4 bytes, 1 token.
  expect(encodeText(" t32000").length).toBe(2);
  expect(encodeText(" t01")).not.toEqual([1]);
});

test("pieces are cut before spaces and every 4 bytes", () => {
  // "hello" 5 bytes = 2 tokens, " wörld" 7 bytes = 2, " " 1, " x" 1.
  expect(encodeText("hello wörld  x").length).toBe(6);
  expect(encodeText("")).toEqual([]);
  for (const id of encodeText("any text\nat all")) expect(id > 0 && id < VOCABULARY).toBe(true);
});

test("texts with an equal prefix have equal tokens up to the last whole token", () => {
  const a = encodeText("the quick brown fox jumps");
  const b = encodeText("the quick brown cat sleeps");
  // "the"=1, " quick"=2, " brown"=2, then " fox" and " cat" differ.
  expect(a.slice(0, 5)).toEqual(b.slice(0, 5));
  expect(a[5]).not.toBe(b[5] as number);
});

test("a conversation's prompt and answer are a prefix of the next turn's prompt", () => {
  const first = encodeChat([{ role: "user", content: "what is a block?" }]);
  const answer = [5, 6, 7];
  const second = encodeChat([
    { role: "user", content: "what is a block?" },
    { role: "assistant", content: tokenText(answer) },
    { role: "user", content: "and a chunk?" },
  ]);
  expect(second.slice(0, first.length + 3)).toEqual([...first, ...answer]);
});

test("roles are part of the prompt", () => {
  expect(encodeChat([{ role: "user", content: "a" }])).not.toEqual(
    encodeChat([{ role: "system", content: "a" }]),
  );
});
