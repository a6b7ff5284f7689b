import { expect, test } from "bun:test";
import { RouterRecordAnswer } from "./router_record_answer.ts";
import { RouterRecordBlocks } from "./router_record_blocks.ts";
import { recordedPrompt } from "./router_record_prompt.ts";

test("blocks are numbered in order of first sight, equal prefixes get equal numbers, a partial block its own", () => {
  const blocks = new RouterRecordBlocks("salt", 2);
  expect(blocks.ids([1, 2, 3, 4, 5])).toEqual([0, 1, 2]);
  expect(blocks.ids([1, 2, 3, 4, 5])).toEqual([0, 1, 2]);
  // Token 5 alone is another block than 5, 6; and 3, 4 behind another first block is another block.
  expect(blocks.ids([1, 2, 3, 4, 5, 6])).toEqual([0, 1, 3]);
  expect(blocks.ids([9, 2, 3, 4])).toEqual([4, 5]);
  expect(blocks.distinct_blocks).toBe(6);
});

test("a prompt is its token ids, or its text's tokens; several in one request are none", () => {
  expect(recordedPrompt({ prompt: [1, 2, 3] })).toEqual([1, 2, 3]);
  expect(recordedPrompt({ prompt: [[1, 2]] })).toEqual([1, 2]);
  expect(recordedPrompt({ prompt: " t7 t8" })).toEqual([7, 8]);
  expect(recordedPrompt({ prompt: ["a", "b"] })).toBe(null);
  expect(recordedPrompt({ input: "a" })).toBe(null);
});

test("a chat's history is a prefix of its continuation, tools and tool calls included", () => {
  const tools = [{ type: "function", function: { name: "look" } }];
  const ask = { role: "user", content: [{ type: "text", text: "see" }, { type: "image_url" }] };
  const call = { role: "assistant", content: null, tool_calls: [{ id: "1" }] };
  const first = recordedPrompt({ messages: [ask], tools }) ?? [];
  const second = recordedPrompt({ messages: [ask, call, { role: "tool", content: "7" }], tools }) ?? [];
  expect(second.length).toBeGreaterThan(first.length);
  expect(second.slice(0, first.length)).toEqual([...first]);
  expect(recordedPrompt({ messages: [ask] })).not.toEqual(first);
});

function read(streamed: boolean, ...pieces: readonly string[]): RouterRecordAnswer {
  const answer = new RouterRecordAnswer(streamed, true);
  for (const piece of pieces) answer.feed(new TextEncoder().encode(piece));
  answer.end();
  return answer;
}

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

test("a stream's length is what usage says, wherever the pieces are cut", () => {
  const stream =
    event({ choices: [{ text: "a" }] }) + event({ usage: { completion_tokens: 9, prompt_tokens: 4 } });
  for (const cut of [1, 7, 30, stream.length - 1]) {
    const answer = read(true, stream.slice(0, cut), stream.slice(cut));
    expect([answer.output_tokens, answer.prompt_tokens, answer.text]).toEqual([9, 4, "a"]);
  }
});

test("without usage, token ids count, else events that say something", () => {
  const ids = [
    event({ choices: [{ text: "ab", token_ids: [1, 2] }] }),
    event({ choices: [{ text: "", token_ids: [] }] }),
  ];
  expect(read(true, ...ids).output_tokens).toBe(2);
  const deltas = [{ role: "assistant", content: "" }, { reasoning_content: "hm" }, { content: "yes" }, {}];
  const chat = deltas.map((delta) => event({ choices: [{ delta }] }));
  // The role and the finish carry nothing: "hm" and "yes" are 2.
  expect(read(true, ...chat, "data: [DONE]\n\n").output_tokens).toBe(2);
});

test("a whole answer's length is what usage says; what is no answer has none", () => {
  const whole = { choices: [{ message: { content: "hi" } }], usage: { completion_tokens: 3 } };
  expect(read(false, JSON.stringify(whole)).output_tokens).toBe(3);
  expect(read(false, "<html>").output_tokens).toBe(0);
});
