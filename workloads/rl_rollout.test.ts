import { expect, test } from "bun:test";
import type { RlRolloutConfig } from "../harness/config/workload_config.ts";
import { generateRlRollout } from "./rl_rollout.ts";

const CONFIG: RlRolloutConfig = {
  name: "rl_rollout",
  cycles: 2,
  prompts: 3,
  samples_per_prompt: 2,
  prompt_tokens: 100,
  system_prompt_ratio: 0.1,
  turns: 2,
  output_tokens: 8,
  turn_input_tokens: 4,
  delay_ms: 50,
};

test("every cycle is a phase that samples every prompt, one sample of each before the next", () => {
  const sessions = generateRlRollout(CONFIG, 1);
  expect(sessions.map((session) => session.session_id).slice(0, 7)).toEqual([
    "c0-k0-p0",
    "c0-k0-p1",
    "c0-k0-p2",
    "c0-k1-p0",
    "c0-k1-p1",
    "c0-k1-p2",
    "c1-k0-p0",
  ]);
  expect(sessions.map((session) => session.phase_index)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
});

test("samples of a prompt share all of it in every cycle, and part ways at the first tool message", () => {
  const sessions = generateRlRollout(CONFIG, 1);
  const first_turns = sessions.map((session) => session.turns[0]?.prompt);
  const tokens = first_turns.map((prompt) =>
    (prompt ?? []).map((span) => (span.kind === "seeded" ? span.tokens : 0)),
  );
  expect(tokens.every((parts) => parts.join() === "10,90")).toBe(true);
  expect(new Set(first_turns.map((prompt) => JSON.stringify(prompt))).size).toBe(3);
  const second_turns = sessions.map((session) => JSON.stringify(session.turns[1]?.prompt));
  expect(new Set(second_turns).size).toBe(12); // cycles × samples × prompts
});

test("prompts of another seed share nothing", () => {
  const seeds = (seed: number): number[] =>
    generateRlRollout(CONFIG, seed).flatMap(({ turns }) =>
      turns.flatMap(({ prompt }) => prompt.flatMap((span) => (span.kind === "seeded" ? [span.seed] : []))),
    );
  const known = new Set(seeds(1));
  expect(seeds(2).some((seed) => known.has(seed))).toBe(false);
});
