import { expect, test } from "bun:test";
import { expandPrompt } from "../harness/domain/prompt_tokens.ts";
import type { PromptSpan, Session } from "../harness/domain/session.ts";
import { generateMultiTurn } from "./multi_turn.ts";

const CONFIG = {
  name: "multi_turn",
  sessions: 3,
  turns: 3,
  input_tokens: 100,
  output_tokens: 7,
  turn_input_tokens: 20,
  global_prefix_ratio: 0.1,
  conversation_prefix_ratio: 0.6,
  delay_ms: 1.5,
} as const;

const ANSWERS = Array.from({ length: 3 }, () =>
  Array.from({ length: CONFIG.output_tokens }, (_, i) => i + 1),
);

function promptsOf(session: Session | undefined): number[][] {
  return (session?.turns ?? []).map((turn) => expandPrompt(turn.prompt, ANSWERS));
}

function seedsOf(sessions: readonly Session[]): number[] {
  const spans = sessions.flatMap((session) => session.turns.flatMap((turn) => turn.prompt));
  return spans.flatMap((span: PromptSpan) => (span.kind === "seeded" ? [span.seed] : []));
}

test("a later prompt is the one before, its answer and a new message, with exact lengths", () => {
  const [session] = generateMultiTurn(CONFIG, 1);
  const [first = [], second = [], third = []] = promptsOf(session);
  expect([first.length, second.length, third.length]).toEqual([100, 127, 154]); // + 7 answered + 20 new each
  expect(second.slice(0, 107)).toEqual([...first, ...(ANSWERS[0] ?? [])]);
  expect(third.slice(0, 134)).toEqual([...second, ...(ANSWERS[1] ?? [])]);
  expect(session?.turns.map((turn) => turn.think_ns)).toEqual([0, 1_500_000, 1_500_000]);
  expect(session?.turns.map((turn) => turn.at_ns)).toEqual([null, null, null]);
});

test("sessions share the global prefix and nothing behind it", () => {
  const [a, b] = generateMultiTurn(CONFIG, 1).map((session) => promptsOf(session)[0] ?? []);
  expect(a?.slice(0, 10)).toEqual(b?.slice(0, 10) ?? []); // 0.1 × 100
  const equal = a?.slice(10).filter((token, i) => token === b?.[i + 10]).length;
  expect(equal).toBeLessThan(3); // 90 tokens of 32,000: an equal pair is chance
});

test("the same seed makes the same sessions, another seed shares no stream with them", () => {
  const sessions = generateMultiTurn(CONFIG, 1);
  expect(generateMultiTurn(CONFIG, 1)).toEqual(sessions);
  const seeds = new Set(seedsOf(sessions));
  expect(seedsOf(generateMultiTurn(CONFIG, 2)).filter((seed) => seeds.has(seed))).toEqual([]);
  // One global prefix, then a prefix and three messages for each of three sessions.
  expect(seeds.size).toBe(1 + 3 * 4);
});

test("ratios that round up together still leave the asked length", () => {
  const halves = { ...CONFIG, input_tokens: 15, global_prefix_ratio: 0.5, conversation_prefix_ratio: 0.5 };
  const [session] = generateMultiTurn(halves, 1);
  // 7.5 rounds to 8 for the global prefix; the conversation's takes the 7 that are left and the message is empty.
  expect(session?.turns[0]?.prompt.map((span) => (span.kind === "seeded" ? span.tokens : 0))).toEqual([8, 7]);
});
