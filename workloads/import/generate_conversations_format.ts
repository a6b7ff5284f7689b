// The generator file of vLLM's multi-turn benchmark: {"filetype": "generate_conversations", "num_conversations",
// "prompt_input": {num_turns, common_prefix_num_tokens, prefix_num_tokens, num_tokens}, "prompt_output": {num_tokens}}, each a
// distribution (generator_distribution.ts). As there, num_turns counts messages and is rounded up to an even number of at
// least 2; the common prefix is drawn once and counts into the first message's num_tokens; a conversation's own prefix comes
// on top. `text_files` are not read: contents are made up, a function of the seed.

import { readFileSync } from "node:fs";
import { Random } from "../../harness/clock/random.ts";
import { streamToken } from "../../harness/domain/prompt_tokens.ts";
import { streamSeed } from "../stream_seeds.ts";
import { PromptHashes } from "../trace/prompt_hashes.ts";
import { type Draw, readDistribution } from "./generator_distribution.ts";
import { RowFields } from "./row_fields.ts";
import type { TraceFormat, TraceRow, TraceSource } from "./trace_format.ts";

export const GENERATE_CONVERSATIONS: TraceFormat = {
  name: "generate_conversations",
  looks_like: 'JSON object with "filetype": "generate_conversations"',
  block_tokens: 16,
  recognises: ({ text }) => /^\{[^[]*"filetype"\s*:\s*"generate_conversations"/.test(text),
  rows,
};

function* rows({ path, block_tokens, seed }: TraceSource): Generator<TraceRow, void> {
  const plan = readPlan(path);
  if ("problems" in plan) return yield { kind: "wrong", problems: plan.problems };
  const random = new Random(seed).fork("generate_conversations");
  const common_tokens = Math.round(plan.common_prefix(random));
  for (let i = 0; i < plan.conversations; i++) {
    const prompt = new PromptHashes(block_tokens);
    prompt.append(stream(streamSeed(seed, 0), 0, common_tokens));
    let own_tokens = 0;
    const append = (tokens: number): void => {
      prompt.append(stream(streamSeed(seed, 1 + i), own_tokens, own_tokens + tokens));
      own_tokens += tokens;
    };
    const turns = Math.ceil(Math.max(2, Math.round(plan.turns(random))) / 2);
    append(Math.round(plan.prefix(random)));
    for (let turn = 0; turn < turns; turn++) {
      const message_tokens = atLeastOne(plan.message(random));
      append(turn === 0 ? Math.max(1, message_tokens - common_tokens) : message_tokens);
      const output_tokens = atLeastOne(plan.answer(random));
      const whole = { input_tokens: prompt.tokens, output_tokens, hash_ids: prompt.ids() };
      yield {
        kind: "request",
        request: { at_ns: null, delay_ns: null, ...whole, session_id: `CONV_ID_${i}` },
      };
      append(output_tokens);
    }
  }
}

interface Plan {
  readonly conversations: number;
  readonly turns: Draw;
  readonly common_prefix: Draw;
  readonly prefix: Draw;
  readonly message: Draw;
  readonly answer: Draw;
}

function readPlan(path: string): Plan | Pick<RowFields, "problems"> {
  const file = new RowFields(path, objectOf(parseJson(readFileSync(path, "utf8"))));
  const input = file.section("prompt_input");
  const output = file.section("prompt_output");
  const draw = (part: RowFields, name: string): Draw => readDistribution(part.section(name)) ?? (() => 1);
  const plan: Plan = {
    conversations: file.tokens("num_conversations"),
    turns: draw(input, "num_turns"),
    common_prefix: input.has("common_prefix_num_tokens") ? draw(input, "common_prefix_num_tokens") : () => 0,
    prefix: draw(input, "prefix_num_tokens"),
    message: draw(input, "num_tokens"),
    answer: draw(output, "num_tokens"),
  };
  return file.problems.length > 0 ? file : plan;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function* stream(seed: number, from: number, to: number): Generator<number, void> {
  for (let i = from; i < to; i++) yield streamToken(seed, i);
}

function atLeastOne(tokens: number): number {
  return Math.max(1, Math.round(tokens));
}
