import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OsClock } from "../../clock/os_clock.ts";
import { DEFAULT_ROUTER_CORE_CONFIG } from "../../core/router/router_core.ts";
import type { EngineRole } from "../../domain/topology.ts";
import { closedPort, FakeUpstream } from "../fake_upstream_fixture.ts";
import type { RouterProcess, RouterRecording } from "../process_config.ts";
import { serveRouter } from "./router_http.ts";
import { RouterRecorder } from "./router_recorder.ts";

const directory = mkdtempSync(join(tmpdir(), "tb-recorder-"));
afterAll(() => rmSync(directory, { recursive: true }));

interface Row {
  readonly timestamp: number;
  readonly input_length: number;
  readonly output_length: number;
  readonly hash_ids: readonly number[];
  readonly thread_id?: number;
  readonly text?: object;
}

interface Recorded {
  readonly url: string;
  /** Stops the router. */
  rows(): Promise<readonly Row[]>;
  text(): string;
}

async function startRecording(
  engines: readonly (readonly [role: EngineRole, url: string])[],
  changes: Partial<RouterRecording> = {},
): Promise<Recorded> {
  const path = join(mkdtempSync(join(directory, "run-")), "trace.jsonl");
  const record: RouterRecording = { path, salt: "salt", block_tokens: 2, include_text: false, ...changes };
  const config: RouterProcess = {
    kind: "router",
    name: "router",
    http_port: 0,
    policy: "round_robin",
    block_tokens: 16,
    kv_aware: DEFAULT_ROUTER_CORE_CONFIG.kv_aware,
    engines: engines.map(([role, url], i) => ({ engine_name: `engine-${i}`, role, url })),
    record,
  };
  const clock = new OsClock();
  const recorder = await RouterRecorder.start(record, clock, () => {});
  if (!recorder.ok) throw new Error(recorder.error.detail);
  const router = serveRouter(config, clock, () => {}, recorder.value);
  if (!router.ok) throw new Error(router.error.detail);
  const text = (): string => readFileSync(path, "utf8");
  const rows = async (): Promise<readonly Row[]> => {
    await router.value.stop();
    return text()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
  return { url: `http://127.0.0.1:${router.value.http_port}`, rows, text };
}

async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${url}/v1/completions`, {
    method: "POST",
    body: JSON.stringify(body),
    headers,
  });
  return answer.text();
}

function answer(text: string, completion_tokens: number): Response {
  return Response.json({ choices: [{ text }], usage: { prompt_tokens: 3, completion_tokens } });
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`router_record_${name}\\{[^}]*\\} (\\d+)`).exec(text)?.[1]);
}

test("rows have lengths, shared blocks and sessions, and neither text nor names", async () => {
  await using engine = new FakeUpstream(() => answer("secret answer", 5));
  const recorded = await startRecording([["both", engine.url]]);
  await post(recorded.url, { prompt: [1, 2, 3] }, { "x-session-id": "alice" });
  await post(recorded.url, { prompt: [1, 2, 9, 9], user: "bob" });
  await post(recorded.url, { prompt: "secret prompt" });
  const rows = await recorded.rows();
  expect(rows.map(({ input_length, output_length }) => [input_length, output_length])).toEqual([
    [3, 5],
    [4, 5],
    // "secret" is 6 bytes and " prompt" 7: 2 tokens each.
    [4, 5],
  ]);
  expect(rows.map(({ hash_ids }) => hash_ids)).toEqual([
    [0, 1],
    [0, 2],
    [3, 4],
  ]);
  expect(rows.map(({ thread_id }) => thread_id)).toEqual([0, 1, undefined]);
  expect(rows[0]?.timestamp).toBe(0);
  expect(recorded.text()).not.toMatch(/secret|alice|bob|salt/);
});

test("text is written where it is asked for", async () => {
  await using engine = new FakeUpstream(() => answer("hello", 1));
  const recorded = await startRecording([["both", engine.url]], { include_text: true });
  await post(recorded.url, { prompt: "hi there" });
  expect((await recorded.rows()).map(({ text }) => text)).toEqual([{ prompt: "hi there", answer: "hello" }]);
});

test("an answer that ends first is written first, and the closed file is in the order of arrival", async () => {
  const [arrived, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using engine = new FakeUpstream(async ({ body }) => {
    if (body["max_tokens"] !== 1) return answer("", 2);
    arrived.resolve();
    await release.promise;
    return answer("", 1);
  });
  const recorded = await startRecording([["both", engine.url]]);
  const slow = post(recorded.url, { prompt: [1], max_tokens: 1 });
  await arrived.promise;
  await post(recorded.url, { prompt: [2], max_tokens: 2 });
  while ((await metric(recorded.url, "rows")) < 1) await Bun.sleep(10);
  release.resolve();
  await slow;
  const rows = await recorded.rows();
  expect(rows.map(({ output_length }) => output_length)).toEqual([1, 2]);
  expect(rows[1]?.timestamp).toBeGreaterThan(0);
});

test("a pair is one row: its length is the decode engine's", async () => {
  await using prefill = new FakeUpstream(() => answer("", 1));
  await using decode = new FakeUpstream(() => answer("", 7));
  const recorded = await startRecording([
    ["prefill", prefill.url],
    ["decode", decode.url],
  ]);
  await post(recorded.url, { prompt: [1, 2, 3] });
  expect((await recorded.rows()).map(({ output_length }) => output_length)).toEqual([7]);
});

test("what got no answer has no row and is counted", async () => {
  await using engine = new FakeUpstream(({ body }) =>
    body["max_tokens"] === 0 ? Response.json({ error: {} }, { status: 400 }) : answer("", 1),
  );
  const recorded = await startRecording([["both", engine.url]]);
  await post(recorded.url, { prompt: [1], max_tokens: 0 });
  await post(recorded.url, { prompt: ["one", "two"] });
  await post(recorded.url, { prompt: [1] });
  while ((await metric(recorded.url, "rows")) < 1) await Bun.sleep(10);
  expect(await metric(recorded.url, "requests")).toBe(3);
  expect(await metric(recorded.url, "unanswered_requests")).toBe(1);
  expect(await metric(recorded.url, "unreadable_requests")).toBe(1);
  expect((await recorded.rows()).length).toBe(1);
});

test("an engine that cannot be reached leaves no row and no open request", async () => {
  const recorded = await startRecording([["both", `http://127.0.0.1:${await closedPort()}`]]);
  await post(recorded.url, { prompt: [1] });
  expect(await metric(recorded.url, "unanswered_requests")).toBe(1);
  await expect(recorded.rows()).rejects.toThrow("ENOENT");
});

test("a stream that the client leaves is recorded as far as it got", async () => {
  const event = new TextEncoder().encode('data: {"choices":[{"text":"a"}]}\n\n');
  await using engine = new FakeUpstream(
    () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(event) })),
  );
  const recorded = await startRecording([["both", engine.url]]);
  const abort = new AbortController();
  const left = await fetch(`${recorded.url}/v1/completions`, {
    method: "POST",
    body: JSON.stringify({ prompt: [1], stream: true }),
    signal: abort.signal,
  });
  await left.body?.getReader().read();
  abort.abort();
  while ((await metric(recorded.url, "rows")) < 1) await Bun.sleep(10);
  expect((await recorded.rows()).map(({ output_length }) => output_length)).toEqual([1]);
});
