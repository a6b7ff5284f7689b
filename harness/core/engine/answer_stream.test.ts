import { expect, test } from "bun:test";
import { hashFullBlocks, ROOT_HASH } from "../../domain/block_hash.ts";
import { answerSeed, streamToken } from "../../domain/prompt_tokens.ts";
import { AnswerStream } from "./answer_stream.ts";
import { BLOCK_TOKENS, promptRequest } from "./engine_fixture.ts";

test("blocks that hold the answer hash as if prompt and answer were one prompt", () => {
  for (const prompt_tokens of [3, 4, 10]) {
    const request = promptRequest("r", prompt_tokens, 9);
    const answer = new AnswerStream(request, BLOCK_TOKENS);
    const prompt = Array.from({ length: prompt_tokens }, (_, i) => streamToken(1, i));
    const whole = [...prompt, ...Array.from({ length: 9 }, (_, i) => answer.token(i))];
    const expected = hashFullBlocks(whole, BLOCK_TOKENS);
    expect(expected.map((_, i) => answer.blockHash(i))).toEqual(expected);
  }
});

test("the answer is a function of the prompt's last hash and tail", () => {
  const short = promptRequest("r", 3, 1);
  const seed = answerSeed(ROOT_HASH, short.tail_token_ids);
  expect(new AnswerStream(short, BLOCK_TOKENS).token(5)).toBe(streamToken(seed, 5));
});
