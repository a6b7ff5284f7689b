// The formats with one record a conversation, and the generator file.

import { afterAll, expect, test } from "bun:test";
import { TraceFixture } from "../trace_fixture.ts";

const fixture = new TraceFixture();
afterAll(() => fixture[Symbol.dispose]());

const human = (value: string) => ({ from: "human", value });
const gpt = (value: string) => ({ from: "gpt", value });
const file = (...conversations: unknown[]): string => JSON.stringify(conversations, null, 1);

test("sharegpt: one request an answer, its prompt all that was said before", () => {
  const talk = { id: "a", conversations: [human("12345678"), gpt("1234"), human("12345"), gpt("")] };
  const { requests, problems } = fixture.read(file(talk));
  expect(problems).toEqual([]);
  // Prompt 1: role + 2 tokens + role = 4. Prompt 2: 4 + answer 1 + role 1 + ceil(5 / 4) = 2 + role 1 = 9.
  expect(requests.map(({ input_tokens, output_tokens }) => [input_tokens, output_tokens])).toEqual([
    [4, 1],
    [9, 1],
  ]);
  expect(requests.map(({ session_id, at_ns }) => [session_id, at_ns])).toEqual([
    ["a", null],
    ["a", null],
  ]);
});

test("conversations with an equal beginning have equal first hashes, as far as whole blocks of 16 tokens go", () => {
  const system = "s".repeat(4 * 40);
  const opening = (id: string, ask: string) => ({
    id,
    messages: [
      { role: "system", content: system },
      { role: "user", content: ask },
      { role: "assistant", content: "yes" },
    ],
  });
  const { requests } = fixture.read(file(opening("a", "one?"), opening("b", "two?")));
  const [a, b] = requests;
  // 1 + 40 + 1 + 1 + 1 = 44 tokens: two full blocks are shared, and the third, with the question, is not.
  expect([a?.input_tokens, a?.hash_ids?.length]).toEqual([44, 3]);
  expect(a?.hash_ids?.slice(0, 2)).toEqual(b?.hash_ids?.slice(0, 2) ?? []);
  expect(a?.hash_ids?.[2]).not.toBe(b?.hash_ids?.[2]);
});

test("a conversation in which nothing is answered is left out; an answer before any question is history", () => {
  const { requests, counts } = fixture.read(
    file(
      { id: "a", conversations: [human("x")] },
      { id: "b", conversations: [gpt("1234"), human("x"), gpt("y")] },
    ),
  );
  expect([...(counts?.left_out ?? [])]).toEqual([["conversation in which nothing is answered", 1]]);
  // role + 1 token, role + 1 token, role.
  expect(requests.map(({ input_tokens }) => input_tokens)).toEqual([5]);
});

test("every wrong conversation is named by the line where it begins", () => {
  const text = `[\n${[
    '{"id": "a", "conversations": [{"from": "alien", "value": "x"}, 3]}',
    '{"conversations": "x"}',
    "17",
    '{"id": "b", "conversations": [{"from": "human", "value": "x, ] }"}, {"from": "gpt"}]}',
    '{"id": "b", "conversations": []}',
    '{"id": "c", "conv',
  ].join(",\n")}`;
  expect(
    fixture.read(text, { format: "sharegpt" }).problems.map((problem) => problem.split(", got ")[0]),
  ).toEqual([
    "FILE:2: conversations[0]: from: must be one of human, user, gpt, chatgpt, bing, bard, assistant, system",
    "FILE:2: conversations[1]: must be a message",
    "FILE:3: id: must be a name: a text or a whole number",
    "FILE:3: conversations: must be a list of messages",
    "FILE:4: must be one JSON object",
    "FILE:5: conversations[1]: value: must be a text",
    "FILE:6: id: must be another for every conversation",
    "FILE: must be a JSON array that ends with ]",
  ]);
});

test("a role that OpenAI does not have is wrong", () => {
  const text = file({ id: "a", messages: [{ role: "human", content: "x" }] });
  expect(fixture.read(text).problems[0]).toStartWith(
    "FILE:2: messages[0]: role: must be one of system, user, assistant, tool",
  );
});

const constant = (value: number) => ({ distribution: "constant", value });

function generator(changes: object = {}): string {
  return JSON.stringify({
    filetype: "generate_conversations",
    num_conversations: 2,
    text_files: ["none.txt"],
    prompt_input: {
      num_turns: constant(3),
      common_prefix_num_tokens: constant(40),
      prefix_num_tokens: constant(10),
      num_tokens: constant(50),
    },
    prompt_output: { num_tokens: constant(5) },
    ...changes,
  });
}

test("generate_conversations: messages are rounded up to pairs, and the common prefix counts into the first", () => {
  const { file: opened, requests, problems } = fixture.read(generator());
  expect(problems).toEqual([]);
  expect(opened?.format.name).toBe("generate_conversations");
  // 3 messages become 4, two turns. Turn 0: 10 own prefix + 50, of which 40 common. Turn 1: 60 + answer 5 + 50.
  expect(requests.map(({ session_id, input_tokens }) => [session_id, input_tokens])).toEqual([
    ["CONV_ID_0", 60],
    ["CONV_ID_0", 115],
    ["CONV_ID_1", 60],
    ["CONV_ID_1", 115],
  ]);
  const [a, , b] = requests;
  expect(a?.hash_ids?.slice(0, 2)).toEqual(b?.hash_ids?.slice(0, 2) ?? []); // 40 tokens: two whole blocks
  expect(a?.hash_ids?.[2]).not.toBe(b?.hash_ids?.[2]);
});

test("generate_conversations: every wrong part is named, all at once", () => {
  const wrong = generator({
    num_conversations: 0,
    prompt_input: {
      num_turns: { distribution: "gauss" },
      prefix_num_tokens: { distribution: "uniform", min: 9, max: 3 },
      num_tokens: { distribution: "zipf", alpha: 1 },
    },
    prompt_output: { num_tokens: { distribution: "lognormal", average: 10, median_ratio: 2 } },
  });
  expect(fixture.read(wrong).problems.map((problem) => problem.split(", got ")[0])).toEqual([
    "FILE: num_conversations: must be a whole number of tokens, at least 1",
    "FILE: prompt_input: num_turns: distribution: must be one of constant, uniform, lognormal, zipf, poisson",
    "FILE: prompt_input: prefix_num_tokens: max: must be a number, at least 9",
    "FILE: prompt_input: num_tokens: alpha: must be above 1",
    "FILE: prompt_output: num_tokens: median_ratio: must lie between 0 and 1",
  ]);
  expect(fixture.read("{}", { format: "generate_conversations" }).problems.length).toBeGreaterThan(2);
});
