import { afterAll, expect, test } from "bun:test";
import { formatConfigProblem } from "../harness/config/config_problem.ts";
import type { TraceConfig } from "../harness/config/workload_config.ts";
import { expandPrompt } from "../harness/domain/prompt_tokens.ts";
import type { Session } from "../harness/domain/session.ts";
import { TraceFixture } from "./trace_fixture.ts";
import { readTraceSessions } from "./trace_sessions.ts";

const fixture = new TraceFixture();
afterAll(() => fixture[Symbol.dispose]());

function read(text: string, changes: Partial<TraceConfig> = {}) {
  const config: TraceConfig = {
    name: "trace",
    trace: fixture.write(text),
    format: null,
    on_error: "fail",
    limit: null,
    block_tokens: null,
    sessions: "found",
    length_divisor: 1,
    ...changes,
  };
  return readTraceSessions(config, 5);
}

function sessionsOf(text: string, changes: Partial<TraceConfig> = {}): Session[] {
  const sessions = read(text, changes);
  if (!sessions.ok) throw new Error(sessions.error.map(formatConfigProblem).join("\n"));
  return sessions.value;
}

const row = (timestamp: number, input_length: number, hash_ids: readonly number[]): string =>
  JSON.stringify({ timestamp, input_length, output_length: 5, hash_ids });

test("turns that shared prefixes tell are one session, with the times and tokens of the trace", () => {
  const text = [row(0, 1_030, [0, 1, 2]), row(5, 20, [9]), row(10, 1_700, [0, 1, 3, 4])].join("\n");
  const [first, second, ...more] = sessionsOf(text);
  expect([first?.turns.map(({ at_ns }) => at_ns), second?.turns.length, more]).toEqual([
    [0, 10_000_000],
    1,
    [],
  ]);
  const [a = [], b = []] = (first?.turns ?? []).map(({ prompt }) => expandPrompt(prompt, []));
  expect([a.length, b.length]).toEqual([1_030, 1_700]);
  expect(b.slice(0, 1_024)).toEqual(a.slice(0, 1_024));
  expect(sessionsOf(text, { sessions: "rows" }).length).toBe(3);
});

test("where a format says nothing of contents, prompts have their lengths and share nothing", () => {
  const [a, b] = sessionsOf(
    "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 00:00:00.0,30,4\n2023-11-16 00:00:01.0,30,4\n",
    { length_divisor: 3 },
  );
  const tokens = [a, b].map((session) => expandPrompt(session?.turns[0]?.prompt ?? [], []));
  expect(tokens.map((prompt) => prompt.length)).toEqual([10, 10]);
  expect(tokens[0]?.[0]).not.toBe(tokens[1]?.[0]);
  expect([b?.turns[0]?.at_ns, b?.turns[0]?.output_tokens]).toEqual([1_000_000_000, 2]);
});

test("conversations follow each other: a later prompt quotes the answer that this run gave", () => {
  const say = (from: string, value: string) => ({ from, value });
  const conversations = [
    say("human", "12345678"),
    say("gpt", "1234"),
    say("human", "12345"),
    say("gpt", "ok"),
  ];
  const [session] = sessionsOf(JSON.stringify([{ id: "a", conversations }]));
  const [first, second] = session?.turns ?? [];
  expect([first?.at_ns, second?.at_ns]).toEqual([null, null]);
  // 4 tokens; then 4, the answer of 1, and role 1 + 2 + role 1 new ones.
  expect(expandPrompt(first?.prompt ?? [], []).length).toBe(4);
  const quoted = expandPrompt(second?.prompt ?? [], [[77]]);
  expect([quoted.length, quoted[4]]).toEqual([9, 77]);
});

test("a delay of a mooncake session is the pause before its turn", () => {
  const [session] = sessionsOf(
    '{"session_id": "a", "timestamp": 10, "input_length": 8, "output_length": 2}\n{"session_id": "a", "delay": 250, "input_length": 3, "output_length": 2}',
  );
  expect(session?.turns.map(({ at_ns, think_ns }) => [at_ns, think_ns])).toEqual([
    [10_000_000, 0],
    [null, 250_000_000],
  ]);
  expect(expandPrompt(session?.turns[1]?.prompt ?? [], [[1, 2]]).length).toBe(13); // 8 + 2 + 3
});

test("what is wrong is told of the setting, the file and the line", () => {
  const problems = (text: string, changes: Partial<TraceConfig> = {}): string[] => {
    const sessions = read(text, changes);
    return sessions.ok ? [] : sessions.error.map(formatConfigProblem);
  };
  expect(problems(row(0, 5, [1]), { length_divisor: 3 })).toEqual([
    "workload.length_divisor: must divide the trace's block (512 tokens), got 3. Use a power of two up to the block.",
  ]);
  expect(problems("x")[0]).toStartWith("workload.trace: must be a trace of a known format");
  expect(problems(`${row(0, 5, [1])}\nx`)[0]).toStartWith(`${fixture.path()}:2: must be one JSON object`);
  expect(problems(`${row(0, 5, [1])}\nx`, { on_error: "skip" })).toEqual([]);
});
