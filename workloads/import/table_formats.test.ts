// The formats with one record a request: JSONL and CSV.

import { afterAll, expect, test } from "bun:test";
import { TraceFixture } from "../trace_fixture.ts";

const fixture = new TraceFixture();
afterAll(() => fixture[Symbol.dispose]());

test("mooncake: times are ms, a row is a whole prompt", () => {
  const { requests } = fixture.read(
    '{"timestamp": 1.5, "input_length": 513, "output_length": 9, "hash_ids": [0, 4294967296], "more": 1}',
  );
  expect(requests).toEqual([
    {
      at_ns: 1_500_000,
      delay_ns: null,
      input_tokens: 513,
      output_tokens: 9,
      hash_ids: [0, 4_294_967_296],
      session_id: null,
    },
  ]);
});

test("mooncake: each wrong field is named with file, line, rule, value and what to do, all at once", () => {
  const { problems } = fixture.read(
    '{"timestamp":-1,"input_length":2.5,"output_length":0,"hash_ids":["a"]}\n{"timestamp":0,"input_length":1025,"output_length":1,"hash_ids":[1,2]}',
    { format: "mooncake" },
  );
  const correct = "Correct or remove the line, or use --on-error skip.";
  expect(problems).toEqual([
    `FILE:1: input_length: must be a whole number of tokens, at least 1, got 2.5. ${correct}`,
    `FILE:1: timestamp: must be a number of ms from 0, counted from the trace's start, got -1. ${correct}`,
    `FILE:1: output_length: must be a whole number of tokens, at least 1, got 0. ${correct}`,
    `FILE:1: hash_ids: must be a list of whole numbers from 0 to 2^53 − 1, got ["a"]. ${correct}`,
    'FILE:2: hash_ids: must have 3 entries, ceil(1025 / 512), got "2 entries". Name the file\'s block size with --block-tokens, or correct the line.',
  ]);
});

test("mooncake with sessions: a later row is what is new, behind the history and its answer", () => {
  const { requests, problems } = fixture.read(
    [
      '{"session_id": "a", "timestamp": 10, "input_length": 1000, "output_length": 100, "hash_ids": [5, 6]}',
      '{"session_id": "b", "input_length": 10, "output_length": 1}',
      '{"session_id": "a", "delay": 250, "input_length": 20, "output_length": 7}',
    ].join("\n"),
  );
  expect(problems).toEqual([]);
  const [first, , later] = requests;
  expect([first?.at_ns, later?.at_ns, later?.delay_ns]).toEqual([10_000_000, null, 250_000_000]);
  // 1000 + 100 + 20 tokens: three blocks of 512, of which the first was full before.
  expect([later?.input_tokens, later?.hash_ids?.length, later?.hash_ids?.[0]]).toEqual([1_120, 3, 5]);
  expect(later?.hash_ids?.[1]).not.toBe(6);
});

test("mooncake with sessions: a delay before the first row has nothing to follow", () => {
  expect(
    fixture.read('{"session_id": "a", "delay": 1, "input_length": 9, "output_length": 1}').problems[0],
  ).toStartWith("FILE:1: delay: must not stand in a session's first row");
});

test("mooncake as the router records it: whole prompts with the session beside them, in blocks that the file names", () => {
  const { file, requests, problems } = fixture.read(
    [
      '{"timestamp": 0, "input_length": 33, "output_length": 2, "hash_ids": [0, 1, 2], "thread_id": 0, "block_tokens": 16}',
      '{"timestamp": 0.5, "input_length": 40, "output_length": 1, "hash_ids": [0, 1, 3], "block_tokens": 16}',
    ].join("\n"),
  );
  expect(problems).toEqual([]);
  // 16 is timed_trace's block too, whose times are seconds.
  expect([file?.format.name, file?.block_tokens]).toEqual(["mooncake", 16]);
  expect(requests.map(({ session_id }) => session_id)).toEqual(["0", null]);
  expect(requests.map(({ at_ns, input_tokens }) => [at_ns, input_tokens])).toEqual([
    [0, 33],
    [500_000, 40],
  ]);
});

const chat = (chat_id: number, parent_chat_id: number, timestamp: number): string =>
  JSON.stringify({
    chat_id,
    parent_chat_id,
    timestamp,
    input_length: 17,
    output_length: 2,
    type: "text",
    turn: 1,
    hash_ids: [1, 2],
  });

test("bailian: times are s, a session is the thread under one root", () => {
  const { requests, problems } = fixture.read(
    [chat(1, -1, 0.5), chat(2, 1, 1), chat(3, 2, 2), chat(9, 7, 3), chat(10, 9, 4)].join("\n"),
  );
  expect(problems).toEqual([]);
  // Chat 7 lies before the file: 9 and 10 are its thread.
  expect(requests.map(({ session_id }) => session_id)).toEqual(["1", "1", "1", "7", "7"]);
  expect(requests[0]?.at_ns).toBe(500_000_000);
});

test("bailian: a chat that comes twice, or has no parent field, is wrong", () => {
  const { problems } = fixture.read([chat(1, -1, 0), chat(1, -1, 1)].join("\n"));
  expect(problems).toEqual([
    'FILE:2: chat_id: must be another for every row, got "1". Correct or remove the line, or use --on-error skip.',
  ]);
  const orphan = '{"chat_id": 2, "timestamp": 0, "input_length": 1, "output_length": 1, "hash_ids": [1]}';
  expect(fixture.read(`${chat(1, -1, 0)}\n${orphan}`).problems[0]).toStartWith(
    "FILE:2: parent_chat_id: must be a name",
  );
});

const AZURE = "TIMESTAMP,ContextTokens,GeneratedTokens";

test("azure: seven digits of a second are exact, across midnight, in both releases' forms", () => {
  const { requests, problems } = fixture.read(
    `${AZURE}\r\n2023-11-16 23:59:59.9999999,374,44\r\n2023-11-17 00:00:00.0000001,396,109\r\n2023-11-17 00:00:01+00:00,1,1\r\n`,
  );
  expect(problems).toEqual([]);
  expect(requests.map(({ at_ns }) => at_ns)).toEqual([0, 200, 1_000_000_100]);
});

test("azure: every wrong cell and row", () => {
  const rows = [
    "2023-11-16 10:00:00,1,1",
    "yesterday,1,1",
    "2023-11-16 09:00:00,1,1",
    "2023-11-16 10:00:01,x,",
    "1,2",
    '"a"b,1,1',
  ];
  expect(
    fixture.read([AZURE, ...rows].join("\n")).problems.map((problem) => problem.split(", got ")[0]),
  ).toEqual([
    "FILE:3: TIMESTAMP: must be a time of UTC such as 2023-11-16 18:15:46.6805900",
    "FILE:4: TIMESTAMP: must not lie before the first row's",
    "FILE:5: ContextTokens: must be a whole number of tokens, at least 1",
    "FILE:5: GeneratedTokens: must be a whole number of tokens, at least 1",
    "FILE:6: must have a cell for every column of the header",
    "FILE:7: must have a cell for every column of the header",
  ]);
});

test("burstgpt: new files name sessions, old ones do not, and failed requests are left out", () => {
  const old = fixture.read(
    "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,API log\n6,GPT-4,7,0,7,API log\n",
  );
  expect(old.requests).toEqual([
    {
      at_ns: 5_000_000_000,
      delay_ns: null,
      input_tokens: 472,
      output_tokens: 18,
      hash_ids: null,
      session_id: null,
    },
  ]);
  expect([...(old.counts?.left_out ?? [])]).toEqual([["request that failed (0 response tokens)", 1]]);
  const recent = fixture.read(
    'Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,s 1,0.1,"GPT, 4",472,18,490,Conversation log\n6,,0.1,GPT-4,7,1,8,API log\n',
  );
  expect(recent.requests.map(({ session_id }) => session_id)).toEqual(["s 1", null]);
});

test("burstgpt: every wrong cell and row", () => {
  const header = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type";
  const rows = ["5,GPT-4,7,1,8,API log", "x,GPT-4,-1,2.5,8,API log", "6,GPT-4,7"];
  const { problems } = fixture.read([header, ...rows].join("\n"));
  expect(problems.map((problem) => problem.split(", got ")[0])).toEqual([
    "FILE:3: Timestamp: must be a number of s from 0, counted from the trace's start",
    "FILE:3: Request tokens: must be a whole number of tokens, at least 1",
    "FILE:3: Response tokens: must be a whole number of tokens, at least 0",
    "FILE:4: must have a cell for every column of the header",
  ]);
});

test("timed_trace: hashes that are no chunks of 16 tokens, and every wrong field", () => {
  const rows = [
    '{"timestamp": 0, "input_length": 40, "output_length": 3, "hash_ids": [7, 8]}',
    '{"timestamp": -1, "input_length": 16, "output_length": 0, "hash_ids": ["a"]}',
    "[]",
  ];
  const { problems } = fixture.read(rows.join("\n"), { format: "timed_trace" });
  expect(problems.map((problem) => problem.split(", got ")[0])).toEqual([
    "FILE:1: hash_ids: must have 3 entries, ceil(40 / 16)",
    "FILE:2: timestamp: must be a number of s from 0, counted from the trace's start",
    "FILE:2: output_length: must be a whole number of tokens, at least 1",
    "FILE:2: hash_ids: must be a list of whole numbers from 0 to 2^53 − 1",
    "FILE:3: must be one JSON object",
  ]);
});
