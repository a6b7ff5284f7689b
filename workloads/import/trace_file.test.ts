import { afterAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { TraceFixture } from "../trace_fixture.ts";

const fixture = new TraceFixture();
afterAll(() => fixture[Symbol.dispose]());

const MOONCAKE_LINE = '{"timestamp": 27, "input_length": 1025, "output_length": 3, "hash_ids": [0, 46, 47]}';

test.each([
  ["mooncake", MOONCAKE_LINE],
  ["mooncake", '{"session_id": "a", "input_length": 5, "output_length": 1}'],
  ["timed_trace", '{"timestamp": 1.5, "input_length": 40, "output_length": 3, "hash_ids": [7, 8, 9]}'],
  [
    "bailian",
    '{"chat_id": 1, "parent_chat_id": -1, "timestamp": 0.5, "input_length": 17, "output_length": 2, "type": "text", "turn": 1, "hash_ids": [1, 2]}',
  ],
  ["azure", "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44"],
  [
    "burstgpt",
    "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log",
  ],
  [
    "sharegpt",
    '[{"id": "a", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ho"}]}]',
  ],
  [
    "openai_chat",
    '[{"id": "a", "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}]',
  ],
] as const)("the format is told by the contents: %s", (name, text) => {
  const { file, problems } = fixture.read(`\uFEFF${text}\n`);
  expect(problems).toEqual([]);
  expect(file?.format.name).toBe(name);
});

test("an unknown format is refused with the known ones; --format names one", () => {
  const [problem = ""] = fixture.read("a,b\n1,2\n").problems;
  expect(problem).toStartWith("FILE: must be a trace of a known format: generate_conversations (");
  expect(problem).toEndWith("say which it is with --format.");
  expect(fixture.read("a,b\n1,2\n", { format: "azure" }).problems).toEqual([
    "FILE:2: TIMESTAMP: must be a column of the header, got nothing. Use another --format.",
    "FILE:2: ContextTokens: must be a column of the header, got nothing. Use another --format.",
    "FILE:2: GeneratedTokens: must be a column of the header, got nothing. Use another --format.",
  ]);
});

test("a file that is not there, and one without requests, are refused", () => {
  expect(fixture.readFile("/nowhere/t").problems[0]).toStartWith("FILE: must be a readable file (ENOENT");
  expect(fixture.read("").problems[0]).toStartWith("FILE: must hold at least one request");
  expect(fixture.read("[]", { format: "sharegpt" }).problems[0]).toStartWith(
    "FILE: must hold at least one request",
  );
});

test("wrong records end the reading, or are passed over and counted", () => {
  const text = [MOONCAKE_LINE, "broken", MOONCAKE_LINE, '{"timestamp": -1}'].join("\n");
  const failed = fixture.read(text);
  expect(failed.counts).toBeNull();
  expect(failed.problems.map((problem) => problem.split(": ").slice(0, 2).join(": "))).toEqual([
    'FILE:2: must be one JSON object, got "broken". Use a file with one JSON object a line, or name another --format.',
    "FILE:4: input_length",
    "FILE:4: timestamp",
    "FILE:4: output_length",
    "FILE:4: hash_ids",
  ]);
  const skipped = fixture.read(text, { on_error: "skip" });
  expect(skipped.counts).toMatchObject({ requests: 2, skipped: 2 });
  expect(skipped.counts?.skipped_problems.length).toBe(5);
});

test("a file of another format is given up after twenty problems, and reading ends at the limit", () => {
  expect(fixture.read("x\n".repeat(1_000), { format: "mooncake" }).problems.length).toBe(20);
  expect(fixture.read(`${MOONCAKE_LINE}\nbroken\n`, { limit: 1 }).counts?.requests).toBe(1);
});

const TRACES = join(import.meta.dir, "../../../shared/traces");

test.skipIf(!existsSync(TRACES)).each([
  ["mooncake_conversation.jsonl", "mooncake", 12_031, 12_035.06, 342.62, 3_536.999],
  ["mooncake_synthetic.jsonl", "mooncake", 3_993, 15_325.48, 149.12, 1_022.025],
  ["azure_llm_2023_conv.csv", "azure", 19_366, 1_154.7, 211.13, 3_501.721937],
  ["azure_llm_2023_code.csv", "azure", 8_819, 2_047.85, 27.88, 3_435.948056],
] as const)(
  `%s has its published rows and means (skipped without ${TRACES})`,
  (name, format, rows, mean_input, mean_output, span_s) => {
    const { file, requests } = fixture.readFile(join(TRACES, name));
    expect([file?.format.name, requests.length]).toEqual([format, rows]);
    const mean = (of: (request: (typeof requests)[number]) => number): number =>
      requests.reduce((sum, request) => sum + of(request), 0) / requests.length;
    expect(mean((request) => request.input_tokens)).toBeCloseTo(mean_input, 1);
    expect(mean((request) => request.output_tokens)).toBeCloseTo(mean_output, 1);
    expect((requests.at(-1)?.at_ns ?? 0) / 1e9).toBeCloseTo(span_s, 6);
  },
);
