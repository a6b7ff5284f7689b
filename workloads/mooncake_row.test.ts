import { expect, test } from "bun:test";
import { formatConfigProblem } from "../harness/config/config_problem.ts";
import { parseMooncakeRow } from "./mooncake_row.ts";

function problemsOf(text: string): string[] {
  const row = parseMooncakeRow(text, 512, "t.jsonl:7");
  return row.ok ? [] : row.error.map(formatConfigProblem);
}

test("a line of the published trace is read", () => {
  const line =
    '{"timestamp": 27, "input_length": 1025, "output_length": 3, "hash_ids": [0, 46, 47], "other": 1}';
  expect(parseMooncakeRow(line, 512, "t:1")).toEqual({
    ok: true,
    value: { timestamp_ms: 27, input_tokens: 1025, output_tokens: 3, hash_ids: [0, 46, 47] },
  });
});

test("each wrong field is named with file, line, rule, value and what to do, all at once", () => {
  expect(problemsOf('{"timestamp":-1,"input_length":2.5,"output_length":0,"hash_ids":["a"]}')).toEqual([
    "t.jsonl:7: timestamp: must be a number of ms from 0, got -1. Times count from the trace's start.",
    "t.jsonl:7: input_length: must be a whole number of tokens, at least 1, got 2.5. Correct or remove the line.",
    "t.jsonl:7: output_length: must be a whole number of tokens, at least 1, got 0. Correct or remove the line.",
    't.jsonl:7: hash_ids: must be a list of whole numbers from 0 to 2^32 − 2, got ["a"]. Correct or remove the line.',
  ]);
  expect(problemsOf('{"timestamp":0}').length).toBe(3);
});

test("the number of hashes must fit the input length", () => {
  expect(problemsOf('{"timestamp":0,"input_length":1025,"output_length":1,"hash_ids":[1,2]}')).toEqual([
    't.jsonl:7: hash_ids: must have 3 entries, ceil(1025 / 512), got "2 entries". Set workload.hash_block_tokens to the trace\'s block size, or correct the line.',
  ]);
});

test.each(["{", "[1]", "null", "timestamp,input"])("a line that is no JSON object is refused: %s", (text) => {
  expect(problemsOf(text)[0]).toStartWith("t.jsonl:7: must be one JSON object, got ");
});
