import { expect, test } from "bun:test";
import { parseArmConfig } from "../harness/config/arm_schema.ts";
import { PRESET_NAMES } from "../harness/config/preset_name.ts";
import { defaultPreset } from "../harness/config/presets/preset_registry.ts";
import type { SyntheticConfig, TierPressureConfig } from "../harness/config/workload_config.ts";
import { expandPrompt } from "../harness/domain/prompt_tokens.ts";
import type { Session } from "../harness/domain/session.ts";
import { checkSessions } from "./check_sessions.ts";
import { generateSessions } from "./generate.ts";
import { generateSynthetic } from "./synthetic_sessions.ts";

function generate(
  name: SyntheticConfig["name"],
  sessions: number,
  scale: Partial<SyntheticConfig> = {},
): Session[] {
  return generateSynthetic(
    { name, sessions, length_divisor: 1, time_divisor: 1, max_prompt_tokens: null, ...scale },
    3,
  );
}

const tokensOf = (session: Session | undefined, turn: number, answers: number[][]): number[] =>
  expandPrompt(session?.turns[turn]?.prompt ?? [], answers);

test("agentic sessions share their instructions and nothing behind them, and quote their answers", () => {
  const [a, b] = generate("agentic", 2, { length_divisor: 100 });
  // 200 shared + 100 first, then 9 answered + 21 new.
  const [first, other, second] = [tokensOf(a, 0, []), tokensOf(b, 0, []), tokensOf(a, 1, [Array(9).fill(7)])];
  expect([first.length, second.length, a?.turns.length]).toEqual([300, 330, 30]);
  expect(first.slice(0, 200)).toEqual(other.slice(0, 200));
  expect(first[200]).not.toBe(other[200]);
  expect(second.slice(0, 309)).toEqual([...first, ...Array(9).fill(7)]);
});

test("the first turn has its time; later ones follow by a pause, but rounds in step have theirs", () => {
  const [agent] = generate("agentic", 1, { time_divisor: 10 });
  const [exact] = generate("agentic", 1);
  expect(agent?.turns[0]?.at_ns).toBe(Math.round((exact?.turns[0]?.at_ns ?? 0) / 10));
  expect(agent?.turns[1]?.at_ns).toBeNull();
  expect(agent?.turns[1]?.think_ns).toBeGreaterThan(0);
  const clients = generate("prefill_only_multiturn", 3);
  expect(clients.map(({ turns }) => turns[2]?.at_ns)).toEqual([60e9, 60e9, 60e9]);
  expect(clients.map(({ in_step, turns }) => [in_step, turns[2]?.think_ns])).toEqual([
    [true, 0],
    [true, 0],
    [true, 0],
  ]);
});

test("another seed has other tokens, the same seed the same", () => {
  const config = {
    name: "rag",
    sessions: 4,
    length_divisor: 8,
    time_divisor: 1,
    max_prompt_tokens: null,
  } as const;
  expect(generateSynthetic(config, 3)).toEqual(generateSynthetic(config, 3));
  const [a] = generateSynthetic(config, 3);
  const [b] = generateSynthetic(config, 4);
  expect(tokensOf(a, 0, [])[0]).not.toBe(tokensOf(b, 0, [])[0]);
});

test("tier_pressure visits as many contexts as the factor asks for", () => {
  const config: TierPressureConfig = {
    name: "tier_pressure",
    sessions: 200,
    tier_tokens: 1_000,
    working_set_factor: 2,
    context_tokens: 100,
    question_tokens: 10,
    output_tokens: 3,
    visits_per_s: 1,
  };
  const sessions = generateSynthetic(config, 1);
  const contexts = new Set(sessions.map(({ turns }) => JSON.stringify(turns[0]?.prompt[0])));
  expect(contexts.size).toBe(20);
  expect(tokensOf(sessions[0], 0, []).length).toBe(110);
});

test("sessions that do not fit their engines, or have no times to be sent at, are refused", () => {
  const [agent] = generate("agentic", 1, { length_divisor: 100 });
  const sessions = agent === undefined ? [] : [agent];
  const engine = { max_model_len: 10_000, num_hbm_blocks: 1_000, block_tokens: 16 };
  const check = (load: object, changes: object = {}, of = sessions) =>
    // Only what is checked is given.
    checkSessions(of, { load, engine: { ...engine, ...changes } } as Parameters<typeof checkSessions>[1]).map(
      ({ path }) => path,
    );
  // 300 + 29 × 30 = 1,170, and 9 answered.
  expect(check({ arrivals: "trace" }, { max_model_len: 1_179 })).toEqual([]);
  expect(check({ arrivals: "trace" }, { max_model_len: 1_178 })).toEqual(["engine.max_model_len"]);
  expect(check({ arrivals: "closed" }, { num_hbm_blocks: 73 })).toEqual(["engine.num_hbm_blocks"]);
  const rounds = generate("prefill_only_multiturn", 2, { length_divisor: 100 });
  expect(check({ arrivals: "closed", num_clients: 2 }, {}, rounds)).toEqual(["load.num_clients"]);
  expect(check({ arrivals: "closed", num_clients: null }, {}, rounds)).toEqual([]);
  const turns = agent?.turns.map((turn) => ({ ...turn, at_ns: null })) ?? [];
  sessions.push({ session_id: "untimed", turns });
  expect(check({ arrivals: "trace" })).toEqual(["load.arrivals"]);
  expect(check({ arrivals: "closed" })).toEqual([]);
});

test.each(PRESET_NAMES)("%s fits the engines of the preset that it starts from", (name) => {
  const parsed = parseArmConfig({ topology: "3p1d", ...defaultPreset(name, null).input });
  if (!parsed.ok) throw new Error("a preset is a valid configuration");
  const sessions = generateSessions(parsed.value.workload, 1);
  if (!sessions.ok) throw new Error("a synthetic workload reads no file");
  expect(checkSessions(sessions.value, parsed.value)).toEqual([]);
});
