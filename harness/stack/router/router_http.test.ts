import { afterEach, expect, test } from "bun:test";
import { OsClock } from "../../clock/os_clock.ts";
import { DEFAULT_ROUTER_CORE_CONFIG } from "../../core/router/router_core.ts";
import type { EngineRole } from "../../domain/topology.ts";
import {
  closedPort,
  DyingUpstream,
  errorMessage,
  FakeUpstream,
  type UpstreamCall,
} from "../fake_upstream_fixture.ts";
import type { RouterProcess, RunningProcess } from "../process_config.ts";
import { serveRouter } from "./router_http.ts";

const running: RunningProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((router) => router.stop()));
});

function startRouter(
  engines: readonly (readonly [name: string, role: EngineRole, url: string])[],
  changes: Partial<RouterProcess> = {},
): string {
  const config: RouterProcess = {
    kind: "router",
    name: "router",
    http_port: 0,
    policy: "round_robin",
    block_tokens: 4,
    kv_aware: DEFAULT_ROUTER_CORE_CONFIG.kv_aware,
    engines: engines.map(([engine_name, role, url]) => ({ engine_name, role, url })),
    record: null,
    ...changes,
  };
  const router = serveRouter(config, new OsClock(), () => {});
  if (!router.ok) throw new Error(router.error.detail);
  running.push(router.value);
  return `http://127.0.0.1:${router.value.http_port}`;
}

function post(url: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/v1/completions`, { method: "POST", body: JSON.stringify(body), ...init });
}

const KV = { do_remote_prefill: true, transfer_id: "kept" };

function prefillAnswer(call: UpstreamCall): Response {
  const headers = { "x-tierbench-stages": '{"engine_name":"prefill-0"}' };
  return Response.json({ echo: call.body["max_tokens"], kv_transfer_params: KV }, { headers });
}

function sse(...events: string[]): Response {
  const text = events.map((event) => `data: ${event}\n\n`).join("");
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}

test("a pair prefills with one token, then decodes with what the prefill engine kept", async () => {
  await using prefill = new FakeUpstream(prefillAnswer);
  await using decode = new FakeUpstream(() => sse('{"a":1}', "[DONE]"));
  const url = startRouter([
    ["prefill-0", "prefill", prefill.url],
    ["decode-0", "decode", decode.url],
  ]);
  const answer = await post(url, { prompt: [1, 2, 3], max_tokens: 8, stream: true });
  expect(await answer.text()).toBe('data: {"a":1}\n\ndata: [DONE]\n\n');
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  expect(answer.headers.get("x-tierbench-prefill-engine")).toBe("prefill-0");
  expect(answer.headers.get("x-tierbench-decode-engine")).toBe("decode-0");
  expect(answer.headers.get("x-tierbench-stages")).toBe('{"engine_name":"prefill-0"}');
  expect(Number(answer.headers.get("x-tierbench-handover-ms"))).toBeGreaterThan(0);
  expect(prefill.calls[0]?.body).toMatchObject({ max_tokens: 1, stream: false });
  expect(decode.calls[0]?.body).toEqual({
    prompt: [1, 2, 3],
    max_tokens: 8,
    stream: true,
    kv_transfer_params: KV,
  });
  const request_id = prefill.calls[0]?.headers.get("x-request-id");
  expect(decode.calls[0]?.headers.get("x-request-id")).toBe(request_id ?? "none");
});

test("an engine of both roles gets the request as it was sent, and its status and headers come back", async () => {
  await using engine = new FakeUpstream(() => Response.json({ whole: true }, { status: 201 }));
  const url = startRouter([["engine-0", "both", engine.url]]);
  const answer = await post(url, { prompt: "text", user: "s-1" });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toEqual({ whole: true });
  expect(engine.calls.map((call) => call.body)).toEqual([{ prompt: "text", user: "s-1" }]);
});

test("what a prefill engine refuses is passed on and no decode engine is asked", async () => {
  await using prefill = new FakeUpstream(() =>
    Response.json({ error: { message: "too long" } }, { status: 400 }),
  );
  await using decode = new FakeUpstream(() => sse("[DONE]"));
  const url = startRouter([
    ["prefill-0", "prefill", prefill.url],
    ["decode-0", "decode", decode.url],
  ]);
  const answer = await post(url, { prompt: [1] });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ error: { message: "too long" } });
  expect(decode.calls.length).toBe(0);
});

test("a prefill engine that cannot be reached is left out and the request goes to another", async () => {
  await using prefill = new FakeUpstream(prefillAnswer);
  await using decode = new FakeUpstream(() => sse("[DONE]"));
  const url = startRouter([
    ["prefill-0", "prefill", `http://127.0.0.1:${await closedPort()}`],
    ["prefill-1", "prefill", prefill.url],
    ["decode-0", "decode", decode.url],
  ]);
  for (let i = 0; i < 4; i++) {
    const answer = await post(url, { prompt: [1] });
    expect(answer.headers.get("x-tierbench-prefill-engine")).toBe("prefill-1");
    await answer.text();
  }
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('tierbench:router_retries{router="router"} 1\n');
  expect(metrics).toContain('tierbench:router_engine_up{router="router",engine="prefill-0"} 0\n');
  expect(metrics).toContain('tierbench:router_failed_requests{router="router"} 0\n');
});

test("an engine that comes back is used again", async () => {
  const port = await closedPort();
  const url = startRouter([["engine-0", "both", `http://127.0.0.1:${port}`]]);
  const lost = await post(url, { prompt: [1] });
  expect(lost.status).toBe(502);
  expect(await lost.json()).toMatchObject({ error: { type: "BadGatewayError", code: 502 } });
  expect((await fetch(`${url}/health`)).status).toBe(503);
  await using _engine = new FakeUpstream(() => Response.json({}), port);
  while ((await fetch(`${url}/health`)).status !== 200) await Bun.sleep(20);
  expect((await post(url, { prompt: [1] })).status).toBe(200);
});

test("an engine that dies before the first byte of its answer is retried once, then the client gets 502", async () => {
  using first = new DyingUpstream();
  using second = new DyingUpstream();
  using third = new DyingUpstream();
  const url = startRouter([
    ["engine-0", "both", first.url],
    ["engine-1", "both", second.url],
    ["engine-2", "both", third.url],
  ]);
  const answer = await post(url, { prompt: [1] });
  expect(answer.status).toBe(502);
  expect(await errorMessage(answer)).toMatch(
    /^The request failed: engine-\d: .*; then engine-\d: .*Send it again\.$/,
  );
  expect(first.calls + second.calls + third.calls).toBe(2);
});

test("a client that goes away takes its request off the engine", async () => {
  const gone = Promise.withResolvers<void>();
  await using engine = new FakeUpstream(
    (call) =>
      new Response(
        new ReadableStream({
          start(controller) {
            call.signal.addEventListener("abort", () => gone.resolve());
            controller.enqueue(new TextEncoder().encode("data: 1\n\n"));
          },
        }),
      ),
  );
  const url = startRouter([["engine-0", "both", engine.url]]);
  const abort = new AbortController();
  const answer = await post(url, { prompt: [1], stream: true }, { signal: abort.signal });
  await answer.body?.getReader().read();
  abort.abort();
  await gone.promise;
  expect(engine.calls.length).toBe(1);
});

test("a client that goes away during prefill is not decoded for, and the engine is not blamed", async () => {
  const asked = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  await using prefill = new FakeUpstream((call) => {
    call.signal.addEventListener("abort", () => gone.resolve());
    asked.resolve();
    return new Promise(() => {});
  });
  await using decode = new FakeUpstream(() => sse("[DONE]"));
  const url = startRouter([
    ["prefill-0", "prefill", prefill.url],
    ["decode-0", "decode", decode.url],
  ]);
  const abort = new AbortController();
  const answer = post(url, { prompt: [1] }, { signal: abort.signal }).catch(() => "aborted");
  await asked.promise;
  abort.abort();
  await gone.promise;
  expect(await answer).toBe("aborted");
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect([prefill.calls.length, decode.calls.length]).toEqual([1, 0]);
});

test("a request that would miss its SLO is refused with 429, and no engine is asked", async () => {
  await using engine = new FakeUpstream(() => Response.json({}));
  // A prompt of 20 tokens at the default 0.1 ms each takes 2 ms, one of 5 tokens 0.5 ms.
  const kv_aware = { ...DEFAULT_ROUTER_CORE_CONFIG.kv_aware, ttft_slo_ms: 1 };
  const url = startRouter([["engine-0", "both", engine.url]], { policy: "kv_aware", kv_aware });
  const refused = await post(url, { prompt: Array.from({ length: 20 }, (_, i) => i) });
  expect(refused.status).toBe(429);
  expect(await errorMessage(refused)).toContain("No engine can serve this request in time");
  expect(engine.calls.length).toBe(0);
  expect((await post(url, { prompt: [1, 2, 3, 4, 5] })).status).toBe(200);
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/router_refused_requests\S* 1\n/);
});

test("a body that is no JSON object is refused by the router", async () => {
  const url = startRouter([["engine-0", "both", "http://127.0.0.1:1"]]);
  for (const body of ["{", "[1]"]) {
    const answer = await fetch(`${url}/v1/completions`, { method: "POST", body });
    expect(answer.status).toBe(400);
  }
});

test("models are those of an engine, and unknown paths say what there is", async () => {
  await using engine = new FakeUpstream(() => new Response());
  const url = startRouter([["engine-0", "both", engine.url]]);
  expect(await (await fetch(`${url}/v1/models`)).json()).toEqual({ object: "list", data: [{ id: "m" }] });
  const missing = await fetch(`${url}/v2/nothing`);
  expect(missing.status).toBe(404);
  expect(await errorMessage(missing)).toContain("POST /v1/completions");
});
