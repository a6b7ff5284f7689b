// Any OpenAI client works against the router of a live stack.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leftBehind } from "../bench/bench_fixture.ts";
import type { LiveStack } from "./live_stack.ts";
import { startLiveStack } from "./live_stack_fixture.ts";

setDefaultTimeout(180_000);

const directory = mkdtempSync(join(tmpdir(), "tb-stack-"));
let stack: LiveStack;

beforeAll(async () => {
  stack = await startLiveStack(directory, { topology: "1p1d", store: { segment_bytes: "8MiB" } });
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function post(path: string, body: object): Promise<Response> {
  return fetch(`${stack.router_url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

test("a streamed chat completion is well-formed SSE: chunks, usage, [DONE]", async () => {
  const response = await post("/v1/chat/completions", {
    model: "laptop-1b",
    messages: [{ role: "user", content: "What is a lease?" }],
    max_tokens: 5,
    stream: true,
    stream_options: { include_usage: true },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toStartWith("text/event-stream");
  expect(response.headers.get("x-tierbench-prefill-engine")).toBe("prefill-0");
  expect(response.headers.get("x-tierbench-decode-engine")).toBe("decode-0");
  const events = (await response.text()).split("\n\n");
  expect(events.pop()).toBe("");
  expect(events.every((event) => event.startsWith("data: ") && !event.includes("\n"))).toBe(true);
  expect(events.pop()).toBe("data: [DONE]");
  const chunks = events.map((event) => JSON.parse(event.slice("data: ".length)));
  expect(new Set(chunks.map((chunk) => `${chunk.object} ${chunk.id}`)).size).toBe(1);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 5 } });
  expect(chunks.at(-2).choices[0].finish_reason).toBe("length");
  const text = chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? "").join("");
  expect(text.trim().split(" ").length).toBe(5);
});

interface Completion {
  readonly choices: readonly [{ readonly text: string }];
  readonly usage: { readonly prompt_tokens_details: { readonly cached_tokens: number } };
}

test("the same prompt gets the same answer, whole or streamed, and the second time from cache", async () => {
  const prompt = Array.from({ length: 100 }, (_, i) => i + 1);
  const ask = async (): Promise<{ text: string; cached_tokens: number }> => {
    const answer = (await (await post("/v1/completions", { prompt, max_tokens: 4 })).json()) as Completion;
    return { text: answer.choices[0].text, cached_tokens: answer.usage.prompt_tokens_details.cached_tokens };
  };
  const first = await ask();
  const second = await ask();
  expect(second.text).toBe(first.text);
  expect(first.cached_tokens).toBe(0);
  // 100 tokens are 6 full blocks of 16.
  expect(second.cached_tokens).toBe(96);
});

test("a bad request is refused in OpenAI's form", async () => {
  const response = await post("/v1/completions", { prompt: [], max_tokens: 4 });
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { message: string } };
  expect(error.message).toContain("prompt");
});

test("stopping leaves no process and no shared memory", async () => {
  await stack.stop();
  expect(leftBehind(process.pid)).toEqual([]);
});
