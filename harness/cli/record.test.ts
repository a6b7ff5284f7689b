// A recording of live traffic, read back: the requests of a load, their times, lengths, sessions and shared prefixes.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TraceFile } from "../../workloads/import/trace_file.ts";
import { measurePrefixReuse } from "../../workloads/prefix_reuse.ts";
import type { TraceRequest } from "../../workloads/trace/trace_request.ts";
import { readTraceSessions } from "../../workloads/trace_sessions.ts";
import { OsClock } from "../clock/os_clock.ts";
import type { RequestRecord } from "../domain/request_record.ts";
import type { PromptSpan, Session } from "../domain/session.ts";
import { parseHttpTarget } from "../load/http/http_target.ts";
import { runLoad } from "../load/interpreter.ts";
import { ClosedLoop } from "../load/sources/closed_loop.ts";
import { startLiveStack } from "./live/live_stack_fixture.ts";

setDefaultTimeout(180_000);

const BLOCK_TOKENS = 16;
const ANSWER_TOKENS = 20;
const directory = mkdtempSync(join(tmpdir(), "tb-record-"));
const trace = join(directory, "trace.jsonl");
/** In the order of sending. */
let records: readonly RequestRecord[];
let rows: readonly TraceRequest[];
let exit_code: number;
let said: string;

/** Six conversations of three turns; no two have a prompt of the same length, and 70 tokens are common to all. */
const SESSIONS: readonly Session[] = Array.from({ length: 6 }, (_, i) => ({
  session_id: `person-${i}`,
  turns: [0, 1, 2].map((turn_index) => ({
    prompt: prompt(i, turn_index),
    output_tokens: ANSWER_TOKENS,
    think_ns: 0,
    at_ns: null,
  })),
}));

function prompt(i: number, turn_index: number): PromptSpan[] {
  const opening: PromptSpan[] = [
    { kind: "seeded", seed: 1, tokens: 70 },
    { kind: "seeded", seed: 100 + i, tokens: 31 + i },
  ];
  const later = Array.from({ length: turn_index }, (_, t): PromptSpan[] => [
    { kind: "answer", turn_index: t },
    { kind: "seeded", seed: 1000 + 10 * i + t, tokens: 40 },
  ]);
  return [...opening, ...later.flat()];
}

beforeAll(async () => {
  const stack = await startLiveStack(directory, { topology: "1p1d", store: { segment_bytes: "8MiB" } });
  const recorder = Bun.spawn(
    [
      ...[process.execPath, join(import.meta.dir, "record.ts"), "--upstream", stack.router_url],
      ...["--port", "0", "--block-tokens", String(BLOCK_TOKENS), "--out", trace],
    ],
    { env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: "4096" }, stdout: "pipe", stderr: "inherit" },
  );
  try {
    const output = recorder.stdout.getReader();
    const ready = new TextDecoder().decode((await output.read()).value);
    records = await load(/http:\/\/[\d.:]+/.exec(ready)?.[0] ?? "");
    recorder.kill("SIGINT");
    said = "";
    for (let read = await output.read(); !read.done; read = await output.read()) {
      said += new TextDecoder().decode(read.value);
    }
    exit_code = await recorder.exited;
  } finally {
    recorder.kill();
    await stack.stop();
  }
  rows = readRows();
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function load(url: string): Promise<readonly RequestRecord[]> {
  const target = parseHttpTarget(url);
  if (!target.ok) throw new Error(target.error);
  const sent: RequestRecord[] = [];
  await runLoad({
    source: new ClosedLoop(SESSIONS, 3),
    target: target.value,
    model: "laptop-1b",
    arm: "recorded",
    pair_index: 0,
    wording: { prompt_as: "tokens", dialect: "vllm" },
    request_timeout_ms: 30_000,
    clock: new OsClock(),
    pacer: null,
    starts_ns: null,
    onRecord: (record) => sent.push(record),
    onProgress: null,
    signal: null,
  });
  return sent.sort((a, b) => a.sent_ns - b.sent_ns);
}

function readRows(): TraceRequest[] {
  const options = { path: trace, format: null, block_tokens: null, on_error: "fail", limit: null } as const;
  const file = TraceFile.open({ ...options, seed: 1 });
  if (!file.ok) throw new Error(JSON.stringify(file.error));
  expect([file.value.format.name, file.value.block_tokens]).toEqual(["mooncake", BLOCK_TOKENS]);
  const requests: TraceRequest[] = [];
  const counts = file.value.read((request) => requests.push(request));
  if (!counts.ok) throw new Error(JSON.stringify(counts.error));
  return requests;
}

/** The row of each record: prompt lengths are all different. */
function pairs(): readonly { readonly record: RequestRecord; readonly row: TraceRequest }[] {
  return records.flatMap((record) =>
    rows.filter((row) => row.input_tokens === record.input_tokens).map((row) => ({ record, row })),
  );
}

test("every request has one row with its very lengths, and the command says so", () => {
  expect(records.filter(({ error }) => error !== null)).toEqual([]);
  expect([rows.length, pairs().length, new Set(pairs().map(({ row }) => row)).size]).toEqual([18, 18, 18]);
  for (const { row } of pairs()) expect(row.output_tokens).toBe(ANSWER_TOKENS);
  expect(exit_code).toBe(0);
  expect(said).toContain("18 rows of 18 requests; 0 without an answer, 0 not one prompt, 0 lost.");
  expect(said).toContain("as the servers told: 1.000.");
});

test("a row's time lies between the sending of its request and its first token", () => {
  const first = records[0];
  for (const { record, row } of pairs()) {
    // Counted from the first request's arrival, which lies between its own sending and first token.
    const at_ns = row.at_ns ?? Number.NaN;
    expect(at_ns).toBeGreaterThanOrEqual(record.sent_ns - (first?.first_token_ns ?? 0));
    expect(at_ns).toBeLessThanOrEqual((record.first_token_ns ?? 0) - (first?.sent_ns ?? 0));
  }
  const times = rows.map(({ at_ns }) => at_ns ?? Number.NaN);
  expect(times[0]).toBe(0);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test("sessions are kept apart and not named", () => {
  const names = new Map(pairs().map(({ record, row }) => [record.session_id, row.session_id]));
  expect(new Set(names.values()).size).toBe(6);
  for (const { record, row } of pairs())
    expect(row.session_id ?? "none").toBe(names.get(record.session_id) ?? "");
});

test("a replay shares exactly the prefixes that the load shared", () => {
  const replayed = readTraceSessions(
    {
      ...{ name: "trace", trace, format: null, on_error: "fail", limit: null, block_tokens: null },
      ...{ sessions: "found", length_divisor: 1 },
    },
    1,
  );
  if (!replayed.ok) throw new Error(JSON.stringify(replayed.error));
  const expected = measurePrefixReuse(SESSIONS.map(withAnswersAsPrompts), BLOCK_TOKENS);
  const { span_hit_ratio: _, ...reuse } = measurePrefixReuse(replayed.value, BLOCK_TOKENS);
  expect(expected).toMatchObject(reuse);
  // A second turn finds its first prompt again: session 0 has 70 + 31 = 101 tokens, 96 of them in full blocks of 16.
  expect(reuse.hit_tokens).toBeGreaterThan(6 * 96);
});

/** A trace knows prompts only: what an answer put into the cache is seen when the next prompt quotes it. */
function withAnswersAsPrompts(session: Session, i: number): Session {
  const quoted = (span: PromptSpan): PromptSpan =>
    span.kind === "answer"
      ? { kind: "seeded", seed: 100_000 + 10 * i + span.turn_index, tokens: ANSWER_TOKENS }
      : span;
  return { ...session, turns: session.turns.map((turn) => ({ ...turn, prompt: turn.prompt.map(quoted) })) };
}
