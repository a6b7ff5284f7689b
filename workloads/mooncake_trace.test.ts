import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatConfigProblem } from "../harness/config/config_problem.ts";
import type { MooncakeTraceConfig } from "../harness/config/workload_config.ts";
import { expandPrompt } from "../harness/domain/prompt_tokens.ts";
import type { Session } from "../harness/domain/session.ts";
import { readMooncakeTrace } from "./mooncake_trace.ts";

const directory = mkdtempSync(join(tmpdir(), "tierbench-trace-"));
afterAll(() => rmSync(directory, { recursive: true }));

const LINES = [
  '{"timestamp": 0, "input_length": 1030, "output_length": 5, "hash_ids": [0, 1, 2]}',
  '{"timestamp": 1.5, "input_length": 700, "output_length": 9, "hash_ids": [0, 3]}',
];

function config(lines: readonly string[], changes: Partial<MooncakeTraceConfig> = {}): MooncakeTraceConfig {
  const trace = join(directory, "trace.jsonl");
  writeFileSync(trace, `${lines.join("\n")}\n`);
  return {
    name: "mooncake_trace",
    trace,
    limit: null,
    hash_block_tokens: 512,
    length_divisor: 1,
    ...changes,
  };
}

function read(lines: readonly string[], changes: Partial<MooncakeTraceConfig> = {}): Session[] {
  const sessions = readMooncakeTrace(config(lines, changes), 5);
  if (!sessions.ok) throw new Error(sessions.error.map(formatConfigProblem).join("\n"));
  return sessions.value;
}

function problems(lines: readonly string[], changes: Partial<MooncakeTraceConfig> = {}): string[] {
  const sessions = readMooncakeTrace(config(lines, changes), 5);
  return sessions.ok ? [] : sessions.error.map(formatConfigProblem);
}

function promptOf(session: Session | undefined): number[] {
  return expandPrompt(session?.turns[0]?.prompt ?? [], []);
}

test("lengths and times are the trace's, and equal hash prefixes are equal token prefixes", () => {
  const [a, b] = read(LINES);
  expect([promptOf(a).length, promptOf(b).length]).toEqual([1030, 700]);
  expect(promptOf(a).slice(0, 512)).toEqual(promptOf(b).slice(0, 512));
  expect(promptOf(a)[512]).not.toBe(promptOf(b)[512]);
  expect(b?.turns.map(({ output_tokens, at_ns }) => [output_tokens, at_ns])).toEqual([[9, 1_500_000]]);
  expect(a?.session_id).not.toBe(b?.session_id ?? "");
});

test("a divisor shortens blocks and lengths alike and keeps what is shared", () => {
  const [a, b] = read(LINES, { length_divisor: 4 });
  // Blocks of 128; ceil(1030 / 4) = 258 = 128 + 128 + 2; ceil(700 / 4) = 175 = 128 + 47; ceil(5 / 4) = 2.
  const tokens = (session: Session | undefined) =>
    session?.turns[0]?.prompt.map((span) => (span.kind === "seeded" ? span.tokens : 0));
  expect([tokens(a), tokens(b)]).toEqual([
    [128, 128, 2],
    [128, 47],
  ]);
  expect(a?.turns[0]?.output_tokens).toBe(2);
  expect(promptOf(a).slice(0, 128)).toEqual(promptOf(b).slice(0, 128));
});

test("reading ends at the limit, so a wrong line behind it is not seen", () => {
  expect(read([...LINES, "broken"], { limit: 2 }).length).toBe(2);
});

test("wrong lines are reported with file and line, all of them", () => {
  const found = problems([LINES[0] ?? "", "broken", "", "[]"]);
  const file = join(directory, "trace.jsonl");
  expect(found.map((problem) => problem.split(": ")[0])).toEqual([`${file}:2`, `${file}:4`]);
});

test("a file of another format is given up after twenty wrong lines", () => {
  expect(problems(Array.from({ length: 1_000 }, () => "a,b,c")).length).toBe(20);
});

test("a file that is not there, and one without requests, are refused", () => {
  expect(problems([], { trace: "/nowhere.jsonl" })[0]).toContain(
    "workload.trace: must be a readable file (ENOENT",
  );
  expect(problems([])[0]).toContain("workload.trace: must hold at least one request");
});
