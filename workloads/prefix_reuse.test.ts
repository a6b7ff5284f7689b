import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../harness/clock/random.ts";
import { hashFullBlocks } from "../harness/domain/block_hash.ts";
import { expandPrompt, streamToken } from "../harness/domain/prompt_tokens.ts";
import type { PromptSpan, Session } from "../harness/domain/session.ts";
import { generateSessions } from "./generate.ts";
import { generateMultiTurn } from "./multi_turn.ts";
import { measurePrefixReuse } from "./prefix_reuse.ts";

function oneTurn(session_id: string, ...spans: readonly [seed: number, tokens: number][]): Session {
  const prompt = spans.map(([seed, tokens]): PromptSpan => ({ kind: "seeded", seed, tokens }));
  return { session_id, turns: [{ prompt, output_tokens: 4, think_ns: 0, at_ns: null }] };
}

test("a shared prefix hits in whole blocks", () => {
  const reuse = measurePrefixReuse([oneTurn("a", [1, 40], [2, 24]), oneTurn("b", [1, 40], [3, 24])], 16);
  // b shares 40 tokens with a: 2 blocks of 16. Distinct blocks: 4 of a and the last 2 of b.
  expect(reuse).toMatchObject({ requests: 2, prompt_tokens: 128, hit_tokens: 32, working_set_tokens: 96 });
  expect(reuse.theoretical_hit_ratio).toBe(0.25);
  expect(reuse.span_hit_ratio).toBe(0.25); // 1 of 4 spans
});

test("a prompt that is wholly known computes at least its last token", () => {
  const reuse = measurePrefixReuse([oneTurn("a", [1, 64]), oneTurn("b", [1, 64])], 16);
  expect(reuse.hit_tokens).toBe(48); // 64 − 1, in whole blocks
  expect(reuse.working_set_tokens).toBe(64);
});

test("an answer that is quoted is known but for its last token", () => {
  const first: PromptSpan = { kind: "seeded", seed: 1, tokens: 20 };
  const quoted: PromptSpan[] = [
    first,
    { kind: "answer", turn_index: 0 },
    { kind: "seeded", seed: 2, tokens: 10 },
  ];
  const turns = [[first], quoted].map((prompt) => ({ prompt, output_tokens: 12, think_ns: 0, at_ns: null }));
  const reuse = measurePrefixReuse([{ session_id: "s", turns }], 16);
  // Turn 1 has 20 + 12 + 10 = 42 tokens; 20 + 11 of them have KV: one block of 16, where 32 would have been two.
  expect(reuse).toMatchObject({ prompt_tokens: 62, hit_tokens: 16 });
});

test("multi-turn reuse is what a cache of every block hash would find", () => {
  const random = new Random(3);
  for (let round = 0; round < 20; round++) {
    const seed = random.below(1_000);
    const sessions = generateMultiTurn(
      {
        name: "multi_turn",
        sessions: 1 + random.below(4),
        turns: 1 + random.below(4),
        input_tokens: 1 + random.below(100),
        output_tokens: 1 + random.below(40),
        turn_input_tokens: 1 + random.below(40),
        global_prefix_ratio: random.below(5) / 10,
        conversation_prefix_ratio: random.below(6) / 10,
        delay_ms: 0,
      },
      seed,
    );
    const { hit_tokens, prompt_tokens } = measurePrefixReuse(sessions, 8);
    expect({ round, hit_tokens, prompt_tokens }).toEqual({ round, ...replayWithHashes(sessions, 8) });
  }
});

/** The same question, asked of real tokens and chained block hashes. */
function replayWithHashes(sessions: readonly Session[], block_tokens: number) {
  const cache = new Set<number>();
  let hit_tokens = 0;
  let prompt_tokens = 0;
  for (const [session_index, session] of sessions.entries()) {
    const answers: number[][] = [];
    for (const turn of session.turns) {
      const prompt = expandPrompt(turn.prompt, answers);
      const hashes = hashFullBlocks(prompt, block_tokens);
      const misses_from = hashes.findIndex((hash) => !cache.has(hash));
      const known_blocks = misses_from < 0 ? hashes.length : misses_from;
      hit_tokens += Math.min(known_blocks, Math.floor((prompt.length - 1) / block_tokens)) * block_tokens;
      prompt_tokens += prompt.length;
      const answer = Array.from({ length: turn.output_tokens }, (_, i) =>
        streamToken(900_000 + session_index * 100 + answers.length, i),
      );
      answers.push(answer);
      for (const hash of hashFullBlocks([...prompt, ...answer.slice(0, -1)], block_tokens)) cache.add(hash);
    }
  }
  return { hit_tokens, prompt_tokens };
}

const TRACE = join(import.meta.dir, "../../shared/traces/mooncake_conversation.jsonl");

test.skipIf(!existsSync(TRACE))(
  `the published conversation trace has its published statistics (skipped without ${TRACE})`,
  () => {
    const workload = {
      name: "mooncake_trace",
      trace: TRACE,
      limit: null,
      hash_block_tokens: 512,
      length_divisor: 1,
    } as const;
    const sessions = generateSessions(workload, 1);
    if (!sessions.ok) throw new Error(JSON.stringify(sessions.error));
    const reuse = measurePrefixReuse(sessions.value, 512);
    expect(reuse.requests).toBe(12_031);
    expect(reuse.prompt_tokens / reuse.requests).toBeCloseTo(12_035.06, 2);
    expect(reuse.span_hit_ratio).toBeCloseTo(0.3664, 4); // 1 − 182,790 distinct / 288,500 references
    expect(sessions.value.at(-1)?.turns[0]?.at_ns).toBe(3_536_999_000_000);
  },
);
