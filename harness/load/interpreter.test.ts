import { afterEach, expect, test } from "bun:test";
import { OsClock } from "../clock/os_clock.ts";
import { Random } from "../clock/random.ts";
import type { RequestRecord } from "../domain/request_record.ts";
import type { PromptSpan, Session } from "../domain/session.ts";
import { ANSWER_AT_ONCE, NullServer } from "./floor/null_server.ts";
import type { HttpTarget } from "./http/http_target.ts";
import { chunk, LAST_CHUNK, type Script, ScriptedServer, SSE_HEAD } from "./http/scripted_server.ts";
import { runLoad } from "./interpreter.ts";
import type { LoadOptions } from "./load_options.ts";
import type { LoadResult } from "./load_result.ts";
import { ClosedLoop } from "./sources/closed_loop.ts";
import { OpenLoop } from "./sources/open_loop.ts";
import { TraceTimes } from "./sources/trace_times.ts";

const PROMPT: PromptSpan = { kind: "seeded", seed: 1, tokens: 8 };
const ONE_TURN: Session = session("s", [[PROMPT]]);

function session(session_id: string, prompts: readonly PromptSpan[][]): Session {
  const turns = prompts.map((prompt) => ({ prompt, output_tokens: 2, think_ns: 0, at_ns: null }));
  return { session_id, turns };
}

const stopped: (() => void)[] = [];
afterEach(() => {
  for (const stop of stopped.splice(0)) stop();
});

function serve(script: Script): HttpTarget {
  const server = new ScriptedServer(script);
  stopped.push(() => server[Symbol.dispose]());
  return server.target;
}

async function replay(
  target: HttpTarget,
  sessions: readonly Session[],
  changes: Partial<LoadOptions> = {},
): Promise<{ records: RequestRecord[]; result: LoadResult }> {
  const records: RequestRecord[] = [];
  const result = await runLoad({
    source: new ClosedLoop(sessions, 2),
    target,
    model: "m",
    arm: "base",
    pair_index: 3,
    wording: { prompt_as: "tokens", dialect: "vllm" },
    request_timeout_ms: 60_000,
    clock: new OsClock(),
    pacer: null,
    starts_ns: null,
    onRecord: (record) => records.push(record),
    onProgress: null,
    signal: null,
    ...changes,
  });
  return { records, result };
}

/** An answer of two tokens in one event, with usage, as an engine of this project gives it. */
function answer(prompt_tokens: number, completion_tokens = 2, extra = ""): string {
  const event = JSON.stringify({ choices: [{ index: 0, text: " t5 t6", token_ids: [5, 6] }] });
  const usage = `{"choices":[],"usage":{"prompt_tokens":${prompt_tokens},"completion_tokens":${completion_tokens}}${extra}}`;
  return SSE_HEAD + chunk(`data: ${event}\n\n`) + chunk(`data: ${usage}\n\ndata: [DONE]\n\n`) + LAST_CHUNK;
}

function bodyOf(request: string): Record<string, unknown> {
  return JSON.parse(request.slice(request.indexOf("\r\n\r\n") + 4));
}

test("turns are sent in order, with the answers that came threaded into the next prompt", async () => {
  const bodies: Record<string, unknown>[] = [];
  const heads: string[] = [];
  const target = serve((socket, request) => {
    heads.push(request.slice(0, request.indexOf("\r\n\r\n")));
    const body = bodyOf(request);
    bodies.push(body);
    socket.write(answer(Array.isArray(body["prompt"]) ? body["prompt"].length : 0));
  });
  const quote: PromptSpan = { kind: "answer", turn_index: 0 };
  const { records, result } = await replay(target, [
    session("s", [[PROMPT], [PROMPT, quote, { ...PROMPT, seed: 2 }]]),
  ]);
  expect(records.map((record) => record.error)).toEqual([null, null]);
  const [first, second] = bodies.map((body) => body["prompt"] as number[]);
  expect(first?.length).toBe(8);
  expect(second?.slice(0, 10)).toEqual([...(first ?? []), 5, 6]);
  expect(second?.length).toBe(18); // 8 + 2 answered + 8
  expect(bodies[0]).toMatchObject({
    model: "m",
    max_tokens: 2,
    ignore_eos: true,
    stream: true,
    return_token_ids: true,
  });
  expect(bodies[0]?.["stream_options"]).toEqual({ include_usage: true });
  expect(heads[1]).toContain("x-session-id: s\r\n");
  expect(result).toMatchObject({
    planned_requests: 2,
    sent_requests: 2,
    failed_requests: 0,
    not_sent_requests: 0,
  });
});

test("a record has one time a token, in order, and the intended time of the source", async () => {
  const server = new NullServer(ANSWER_AT_ONCE, new OsClock());
  const { records, result } = await replay(server.target, [ONE_TURN]);
  server.stop();
  const [record] = records;
  expect(record).toMatchObject({
    arm: "base",
    pair_index: 3,
    session_id: "s",
    turn_index: 0,
    request_id: "s/0",
  });
  expect(record).toMatchObject({
    input_tokens: 8,
    output_tokens: 2,
    error: null,
    intended_ns: result.started_ns,
  });
  expect(record).toMatchObject({
    cached_tokens: null,
    prefill_engine: null,
    queue_ms: null,
    handover_ms: null,
  });
  const { intended_ns = 0, sent_ns = 0, first_token_ns, last_token_ns, token_ns = [] } = record ?? {};
  expect(token_ns.length).toBe(2);
  const times = [intended_ns, sent_ns, first_token_ns ?? 0, last_token_ns ?? 0, result.ended_ns];
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect([first_token_ns, last_token_ns]).toEqual([token_ns[0] ?? null, token_ns[1] ?? null]);
});

test("an open loop is sent at its intended times, unanswered or not", async () => {
  const sessions = ["a", "b", "c", "d"].map((id) => session(id, [[PROMPT]]));
  // The server answers nobody before all four are there.
  const server = new NullServer({ ...ANSWER_AT_ONCE, hold_until_streams: 4 }, new OsClock());
  const arrivals = { process: "constant", rate_per_s: 500, burstiness_cv: 1 } as const;
  const source = new OpenLoop(sessions, arrivals, new Random(1));
  const { records, result } = await replay(server.target, [], { source });
  server.stop();
  const since_start = records.map((record) => record.intended_ns - result.started_ns);
  expect(since_start.toSorted((a, b) => a - b)).toEqual([0, 2e6, 4e6, 6e6]); // every 2 ms
  expect(records.every((record) => record.sent_ns >= record.intended_ns && record.error === null)).toBe(true);
  expect(result.peak_streams).toBe(4);
});

test("a turn may quote an answer that comes when its session's last turn is long answered", async () => {
  const quote: PromptSpan = { kind: "answer", turn_index: 0 };
  const { session_id, turns } = session("s", [[PROMPT], [PROMPT, quote], [PROMPT]]);
  // Turns 0 and 2 are due at 0, turn 1 when turn 0 has ended; turn 0 is answered when turn 2 is recorded.
  const timed = { session_id, turns: turns.map((turn) => ({ ...turn, at_ns: 0 })) };
  const last_turn_ended = Promise.withResolvers<void>();
  const target = serve(async (socket, request) => {
    const prompt = bodyOf(request)["prompt"] as number[];
    if (request.includes("x-request-id: s/0\r\n")) await last_turn_ended.promise;
    socket.write(answer(prompt.length));
  });
  const ended: string[] = [];
  const onRecord = ({ request_id, input_tokens, error }: RequestRecord): void => {
    ended.push(`${request_id} ${input_tokens} ${error?.detail ?? "ok"}`);
    last_turn_ended.resolve();
  };
  await replay(target, [], { source: new TraceTimes([timed], 1), onRecord });
  expect(ended).toEqual(["s/2 8 ok", "s/0 8 ok", "s/1 10 ok"]); // 10: 8 and the 2 tokens of answer 0
});

const STAGES = {
  engine_name: "prefill-0",
  prompt_tokens: 8,
  cached_tokens: { hbm: 4, cpu: 2, disk: 1 },
  queue_ms: 1,
  lookup_ms: 2,
  load_ms: 3,
  prefill_ms: 4,
};
const STAGE_FIELDS = {
  cached_tokens: STAGES.cached_tokens,
  queue_ms: 1,
  lookup_ms: 2,
  load_ms: 3,
  prefill_ms: 4,
};

test("stages come from the router's header, and the decode engine's own are not taken for them", async () => {
  const decode_stages = { ...STAGES, engine_name: "decode-0", cached_tokens: { hbm: 8, cpu: 0, disk: 0 } };
  const headers = [
    `x-tierbench-stages: ${JSON.stringify(STAGES)}`,
    "x-tierbench-prefill-engine: prefill-0\r\nX-Tierbench-Decode-Engine: decode-0\r\nx-tierbench-handover-ms: 1.5",
  ];
  const told = answer(8, 2, `,"tierbench_stages":${JSON.stringify(decode_stages)}`);
  const routed = await replay(
    serve((socket) => void socket.write(told.replace("\r\n", `\r\n${headers.join("\r\n")}\r\n`))),
    [ONE_TURN],
  );
  const engines = { prefill_engine: "prefill-0", decode_engine: "decode-0", handover_ms: 1.5, error: null };
  expect(routed.records[0]).toMatchObject({ ...STAGE_FIELDS, ...engines });
  const without_header = told.replace("\r\n", `\r\n${headers[1]}\r\n`);
  const unknown = await replay(
    serve((socket) => void socket.write(without_header)),
    [ONE_TURN],
  );
  expect(unknown.records[0]).toMatchObject({
    cached_tokens: null,
    queue_ms: null,
    prefill_engine: "prefill-0",
  });
});

test("stages of an engine that serves alone come beside usage", async () => {
  const told = answer(8, 2, `,"tierbench_stages":${JSON.stringify(STAGES)}`);
  const { records } = await replay(
    serve((socket) => void socket.write(told)),
    [ONE_TURN],
  );
  expect(records[0]).toMatchObject({ ...STAGE_FIELDS, prefill_engine: "prefill-0", decode_engine: null });
});

test.each<[string, string, string]>([
  ["wrong_length", "the prompt has 8 tokens, the server counted 9", answer(9)],
  ["wrong_length", "2 tokens came, the server counted 3", answer(8, 3)],
  [
    "malformed_stream",
    "an event is no JSON object: {nope",
    `${SSE_HEAD}${chunk("data: {nope\n\n")}${LAST_CHUNK}`,
  ],
  ["malformed_stream", "the stream ends without [DONE]", SSE_HEAD + LAST_CHUNK],
  ["malformed_stream", "no usage came", `${SSE_HEAD}${chunk("data: [DONE]\n\n")}${LAST_CHUNK}`],
  ["rejected", "429: later", "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 5\r\n\r\nlater"],
  ["http_status", "400: too long", "HTTP/1.1 400 Bad Request\r\ncontent-length: 8\r\n\r\ntoo long"],
  [
    "http_status",
    "error in the stream",
    `${SSE_HEAD}${chunk('data: {"error":{"message":"x"}}\n\n')}${LAST_CHUNK}`,
  ],
])("a request can end as %s: %s", async (code, detail, bytes) => {
  const sessions = [session("s", [[PROMPT], [PROMPT]])];
  const { records, result } = await replay(
    serve((socket) => void socket.write(bytes)),
    sessions,
  );
  expect(records.length).toBe(1);
  expect(records[0]?.error?.code).toBe(code as never);
  expect(records[0]?.error?.detail).toContain(detail);
  // The session ends, and its second turn is counted as not sent.
  expect(result).toMatchObject({
    sent_requests: 1,
    failed_requests: 1,
    not_sent_requests: 1,
    interrupted: false,
  });
});

test("a server that drops the connection is an error that keeps the tokens that came", async () => {
  const event = 'data: {"choices":[{"text":"a","token_ids":[1]}]}\n\n';
  const { records } = await replay(
    serve((socket) => void socket.end(SSE_HEAD + chunk(event))),
    [ONE_TURN],
  );
  expect(records[0]).toMatchObject({ output_tokens: 1, error: { code: "connection" } });
});

test("an interruption ends running requests as cancelled and sends no more", async () => {
  const abort = new AbortController();
  const target = serve(() => abort.abort());
  const sessions = ["a", "b", "c"].map((id) => session(id, [[PROMPT]]));
  const { records, result } = await replay(target, sessions, { signal: abort.signal });
  expect(records.map((record) => record.error?.code)).toEqual(["cancelled", "cancelled"]);
  expect(result).toMatchObject({ interrupted: true, sent_requests: 2, not_sent_requests: 1 });
});

test("as chat text, turns alternate and the server's count is the input length", async () => {
  const bodies: Record<string, unknown>[] = [];
  const delta = { choices: [{ index: 0, delta: { role: "assistant", content: "hi" } }] };
  const role = { choices: [{ index: 0, delta: { role: "assistant", content: "" } }] };
  const usage = { choices: [], usage: { prompt_tokens: 40, completion_tokens: 2 } };
  const events = [role, delta, delta, usage].map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  const target = serve((socket, request) => {
    bodies.push(bodyOf(request));
    socket.write(`${SSE_HEAD}${chunk(`${events}data: [DONE]\n\n`)}${LAST_CHUNK}`);
  });
  const short: PromptSpan = { kind: "seeded", seed: 1, tokens: 1 };
  const two_turns = session("s", [[short], [short, { kind: "answer", turn_index: 0 }, short]]);
  const { records } = await replay(target, [two_turns], { wording: { prompt_as: "chat", dialect: "vllm" } });
  expect(
    records.map(({ input_tokens, output_tokens, error }) => [input_tokens, output_tokens, error]),
  ).toEqual([
    [40, 2, null],
    [40, 2, null],
  ]);
  const asked = { role: "user", content: expect.stringMatching(/^ t\d+$/) };
  expect(bodies[0]?.["messages"]).toEqual([asked]);
  expect(bodies[1]?.["messages"]).toEqual([asked, { role: "assistant", content: "hihi" }, asked]);
});

test("a turn that quotes an answer without token ids fails and says what to use", async () => {
  const event = 'data: {"choices":[{"text":"a b"}]}\n\ndata: {"choices":[{"text":"c"}]}\n\n';
  const usage = 'data: {"choices":[],"usage":{"prompt_tokens":8,"completion_tokens":2}}\n\ndata: [DONE]\n\n';
  const target = serve((socket) => void socket.write(SSE_HEAD + chunk(event + usage) + LAST_CHUNK));
  const { records } = await replay(target, [
    session("s", [[PROMPT], [PROMPT, { kind: "answer", turn_index: 0 }]]),
  ]);
  expect(records[0]?.error).toBe(null);
  expect(records[1]?.error?.detail).toContain("return_token_ids, or load.prompt_as=chat");
});
