import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OsClock } from "../../clock/os_clock.ts";
import type { EngineEffect, EngineEvent, EngineRequest } from "../../core/engine/engine_api.ts";
import { ENGINE_SERVICE } from "../../wire/engine_codec.ts";
import { RpcClient } from "../../wire/rpc_client.ts";
import {
  FAKE_CORE,
  FAKE_HBM,
  FAKE_STAGES,
  FAKE_TIMELINE,
  FakeMachine,
  FakePlane,
} from "../fake_engine_fixture.ts";
import { errorMessage } from "../fake_upstream_fixture.ts";
import { NodePaths } from "../node_paths.ts";
import { serveEngine } from "./engine_parts.ts";

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Served {
  readonly url: string;
  readonly rpc_path: string;
  readonly machine: FakeMachine;
}

async function serve(script: (event: EngineEvent) => readonly EngineEffect[]): Promise<Served> {
  const dir = mkdtempSync(join(tmpdir(), "engine-"));
  cleanups.push(() => rmSync(dir, { recursive: true }));
  const machine = new FakeMachine(script);
  const config = {
    kind: "engine" as const,
    name: "engine-0",
    core: FAKE_CORE,
    weights_version: 1,
    http_port: 0,
    rpc_address: `unix:${dir}/rpc`,
    hbm_shm_path: FAKE_HBM.shm_path,
    generation: FAKE_HBM.generation,
    master_address: null,
    mooncake: null,
    native: null,
    segment: null,
    links: null,
    network: null,
  };
  const plane = new FakePlane();
  const paths = new NodePaths(FAKE_CORE.node, plane, null);
  const memory = { plane, paths, hbm: FAKE_HBM, hbm_key: null, model_id: 77 };
  const parts = { machine, ...memory, store: null, links: null };
  const engine = await serveEngine(config, parts, new OsClock(), () => {});
  if (!engine.ok) throw new Error(engine.error.detail);
  cleanups.push(() => engine.value.stop());
  return { url: `http://127.0.0.1:${engine.value.http_port}`, rpc_path: `${dir}/rpc`, machine };
}

/** Answers every request at once with tokens 21 and 22. */
function answering(event: EngineEvent): readonly EngineEffect[] {
  if (event.type !== "request_arrived") return [];
  const { request } = event;
  return [{ type: "emit_tokens", request, token_ids: [21, 22] }, finish(request, "length", null)];
}

function finish(
  request: EngineRequest,
  reason: "length" | "rejected",
  detail: string | null,
): Extract<EngineEffect, { readonly type: "finish" }> {
  const held = request.do_remote_decode
    ? { transfer_id: request.transfer_id ?? "", block_ids: [1, 2] }
    : null;
  return {
    type: "finish",
    request,
    reason,
    detail,
    stages: FAKE_STAGES,
    timeline: FAKE_TIMELINE,
    held,
  };
}

function complete(url: string, body: object, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/v1/completions`, { method: "POST", body: JSON.stringify(body), ...init });
}

const PROMPT = [1, 2, 3, 4, 5, 6];

test("a stream is one event per token, the finish, usage with stages, and [DONE]", async () => {
  const { url, machine } = await serve(answering);
  const body = {
    prompt: PROMPT,
    max_tokens: 2,
    stream: true,
    stream_options: { include_usage: true },
    return_token_ids: true,
  };
  const answer = await complete(url, body);
  expect(answer.headers.get("content-type")).toStartWith("text/event-stream");
  const events = (await answer.text()).split("\n\n");
  expect(events.pop()).toBe("");
  expect(events.pop()).toBe("data: [DONE]");
  const chunks = events.map((event) => JSON.parse(event.replace(/^data: /, "")));
  expect(chunks.map((chunk) => chunk.choices)).toEqual([
    [{ index: 0, text: " t21", logprobs: null, finish_reason: null, token_ids: [21] }],
    [{ index: 0, text: " t22", logprobs: null, finish_reason: null, token_ids: [22] }],
    [{ index: 0, text: "", logprobs: null, finish_reason: "length" }],
    [],
  ]);
  expect(chunks.at(-1)).toMatchObject({
    object: "text_completion",
    model: "toy",
    usage: {
      prompt_tokens: 6,
      completion_tokens: 2,
      total_tokens: 8,
      prompt_tokens_details: { cached_tokens: 4 },
    },
    tierbench_stages: FAKE_STAGES,
  });
  // 6 tokens in blocks of 4: one full block and a tail of 2.
  const arrived = machine.events[0];
  if (arrived?.type !== "request_arrived") throw new Error("the request arrives first");
  expect(arrived.request).toMatchObject({
    prompt_tokens: 6,
    tail_token_ids: [5, 6],
    max_tokens: 2,
    remote: null,
  });
  expect(arrived.request.prompt_block_hashes.length).toBe(1);
});

test("without include_usage a stream has no usage chunk", async () => {
  const { url } = await serve(answering);
  const text = await (await complete(url, { prompt: PROMPT, stream: true })).text();
  expect(text).not.toContain("usage");
  expect(text).toEndWith('"finish_reason":"length"}]}\n\ndata: [DONE]\n\n');
});

test("a chat streams deltas, the first of which names the role", async () => {
  const { url } = await serve(answering);
  const body = JSON.stringify({ messages: [{ role: "user", content: "hi" }], stream: true });
  const answer = await fetch(`${url}/v1/chat/completions`, { method: "POST", body });
  const events = (await answer.text()).split("\n\n").slice(0, 3);
  const chunks = events.map((event) => JSON.parse(event.replace(/^data: /, "")));
  expect(chunks.map(({ object, choices }) => [object, choices[0].delta])).toEqual([
    ["chat.completion.chunk", { role: "assistant", content: " t21" }],
    ["chat.completion.chunk", { content: " t22" }],
    ["chat.completion.chunk", {}],
  ]);
});

test("a whole answer has its stages in a header", async () => {
  const { url } = await serve(answering);
  const answer = await complete(url, { prompt: PROMPT, return_token_ids: true });
  expect(JSON.parse(answer.headers.get("x-tierbench-stages") ?? "null")).toEqual(FAKE_STAGES);
  expect(await answer.json()).toMatchObject({
    object: "text_completion",
    choices: [{ index: 0, text: " t21 t22", finish_reason: "length", token_ids: [21, 22] }],
    usage: { prompt_tokens: 6, completion_tokens: 2, total_tokens: 8 },
    kv_transfer_params: null,
  });
});

test("a prefill half answers with what its decode half is to send", async () => {
  const { url, rpc_path } = await serve(answering);
  const kv_transfer_params = { do_remote_decode: true, transfer_id: "t-1" };
  const answer = await complete(url, { prompt: PROMPT, max_tokens: 1, kv_transfer_params });
  const body = (await answer.json()) as { kv_transfer_params: object };
  expect(body.kv_transfer_params).toMatchObject({
    do_remote_prefill: true,
    do_remote_decode: false,
    transfer_id: "t-1",
    remote: {
      remote_engine: "engine-0",
      remote_block_ids: [1, 2],
      shm_path: FAKE_HBM.shm_path,
      generation: FAKE_HBM.generation,
      release_address: `unix:${rpc_path}`,
    },
  });
  const decode = await serve(answering);
  expect(
    (await complete(decode.url, { prompt: PROMPT, kv_transfer_params: body.kv_transfer_params })).status,
  ).toBe(200);
  expect(decode.machine.events[0]).toMatchObject({ request: { remote: { transfer_id: "t-1" } } });
});

test("what the core rejects at once is a 400, streamed or not", async () => {
  const { url } = await serve((event) =>
    event.type === "request_arrived" ? [finish(event.request, "rejected", "The pool is too small.")] : [],
  );
  for (const stream of [true, false]) {
    const answer = await complete(url, { prompt: PROMPT, stream });
    expect(answer.status).toBe(400);
    expect(await errorMessage(answer)).toBe("The pool is too small.");
  }
});

test("a client that goes away aborts its request, streamed or not", async () => {
  for (const stream of [true, false]) {
    const aborted = Promise.withResolvers<string>();
    const arrived = Promise.withResolvers<string>();
    const { url } = await serve((event) => {
      if (event.type === "request_arrived") arrived.resolve(event.request.request_id);
      if (event.type === "abort") aborted.resolve(event.request_id);
      return event.type === "request_arrived"
        ? [{ type: "emit_tokens", request: event.request, token_ids: [21] }]
        : [];
    });
    const client = new AbortController();
    const answer = complete(url, { prompt: PROMPT, stream }, { signal: client.signal }).catch(() => null);
    const request_id = await arrived.promise;
    if (stream) await (await answer)?.body?.getReader().read();
    client.abort();
    expect(await aborted.promise).toBe(request_id);
  }
});

test("malformed bodies, unknown models and unknown paths are told apart", async () => {
  const { url } = await serve(answering);
  expect((await fetch(`${url}/v1/completions`, { method: "POST", body: "{" })).status).toBe(400);
  expect((await complete(url, { prompt: PROMPT, model: "gpt" })).status).toBe(404);
  expect((await fetch(`${url}/v1/nothing`)).status).toBe(404);
  const bad = await complete(url, { max_tokens: -1 });
  expect((await errorMessage(bad)).split("\n").length).toBe(2);
});

test("reset_prefix_cache waits for the core and reports a cache that was not emptied", async () => {
  const { url, machine } = await serve((event) =>
    event.type === "reset_prefix_cache"
      ? [{ type: "reset_done", reset_id: event.reset_id, ok: event.reset_connector }]
      : [],
  );
  const reset = (query: string): Promise<Response> =>
    fetch(`${url}/reset_prefix_cache${query}`, { method: "POST" });
  expect((await reset("?reset_external=true&reset_running_requests=true")).status).toBe(200);
  expect(machine.events[0]).toMatchObject({ reset_connector: true, reset_running_requests: true });
  expect(machine.events[0]).toMatchObject({ force: true });
  await reset("?reset_external=true&force=false");
  expect(machine.events[1]).toMatchObject({ reset_connector: true, force: false });
  expect((await reset("")).status).toBe(500);
  expect((await reset("?reset_external=maybe")).status).toBe(400);
});

test("new weights are told to the core", async () => {
  const { url, machine } = await serve(() => []);
  const update = (body: string): Promise<Response> =>
    fetch(`${url}/weights_version`, { method: "POST", body });
  expect(await (await update('{"weights_version": 2}')).json()).toEqual({ weights_version: 2 });
  expect(machine.events).toEqual([{ type: "weights_updated", weights_version: 2 }]);
  for (const body of ["", "{}", '{"weights_version": -1}', '{"weights_version": 4294967296}']) {
    expect((await update(body)).status).toBe(400);
  }
});

test("a decode engine asks for a transfer and releases it by RPC", async () => {
  const { rpc_path, machine } = await serve(() => []);
  const client = new RpcClient({
    address: { kind: "unix", path: rpc_path },
    service: ENGINE_SERVICE,
    clock: new OsClock(),
    timeout_ms: 5_000,
  });
  for (const held of [true, false]) {
    machine.held_transfers = held ? ["t-1"] : [];
    expect(await client.call("confirm_hold", { transfer_id: "t-1" })).toEqual({ ok: true, value: { held } });
  }
  expect(await client.call("release_blocks", { transfer_id: "t-1" })).toEqual({
    ok: true,
    value: { code: 0 },
  });
  client.close();
  expect(machine.events).toEqual([{ type: "remote_released", transfer_id: "t-1" }]);
});

test("metrics name every field of the snapshot and vLLM's names beside them", async () => {
  const { url } = await serve(() => []);
  const text = await (await fetch(`${url}/metrics`)).text();
  const labels = 'model_name="toy",engine="engine-0"';
  expect(text).toContain(`# TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting{${labels}} 2\n`);
  expect(text).toContain(`vllm:prefix_cache_hits_total{${labels}} 8\n`);
  expect(text).toContain(`vllm:request_success_total{${labels},finished_reason="length"} 33\n`);
  expect(text).toContain(
    `# TYPE tierbench:cached_tokens counter\ntierbench:cached_tokens{${labels},tier="hbm"} 11\n`,
  );
  expect(text).toContain(`tierbench:cached_tokens{${labels},tier="disk"} 13\n`);
  expect(text).toContain(`tierbench:load_bytes{${labels},tier="cpu"} 15\n`);
  expect(text).toContain(`tierbench:busy_ns{${labels}} 32\n`);
  expect(text).toContain(`tierbench:step_overrun_ns{${labels}} 0\n`);
});

test("health and models answer", async () => {
  const { url } = await serve(() => []);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect(await (await fetch(`${url}/v1/models`)).json()).toMatchObject({
    data: [{ id: "toy", max_model_len: 128 }],
  });
});
