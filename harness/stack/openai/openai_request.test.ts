import { expect, test } from "bun:test";
import { type OpenAiEndpoint, type OpenAiRequest, parseOpenAiRequest } from "./openai_request.ts";
import { encodeChat } from "./openai_tokenizer.ts";

const LIMITS = { model_name: "toy", vocab_size: 100, max_model_len: 64 };

function parsed(endpoint: OpenAiEndpoint, body: unknown): OpenAiRequest {
  const result = parseOpenAiRequest(endpoint, body, LIMITS);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function refused(endpoint: OpenAiEndpoint, body: unknown): string[] {
  const result = parseOpenAiRequest(endpoint, body, LIMITS);
  if (result.ok) throw new Error("the request was accepted");
  expect(result.error.status).toBe(400);
  return result.error.message.split("\n");
}

test("token ids are taken as they are, with OpenAI's defaults for the rest", () => {
  expect(
    parsed("completions", { model: "toy", prompt: [1, 2, 99], temperature: 0, ignore_eos: true }),
  ).toEqual({
    endpoint: "completions",
    prompt_token_ids: [1, 2, 99],
    max_tokens: 16,
    stream: false,
    include_usage: false,
    return_token_ids: false,
    kv_transfer: null,
  });
});

test("a chat may fill the context, unless it says otherwise", () => {
  const messages = [{ role: "user", content: [{ type: "text", text: "hi" }] }];
  const prompt_token_ids = encodeChat([{ role: "user", content: "hi" }]);
  // 4 prompt tokens: user, "hi", end, assistant; 64 − 4 = 60.
  expect(parsed("chat", { messages })).toMatchObject({ prompt_token_ids, max_tokens: 60 });
  expect(parsed("chat", { messages, max_tokens: 9, max_completion_tokens: 5 }).max_tokens).toBe(5);
});

test("every problem is told at once: where, rule, got, next step", () => {
  const body = { prompt: [1, 100], max_tokens: 0, stream: "yes", n: 2, stream_options: { include_usage: 1 } };
  expect(refused("completions", body)).toEqual([
    "prompt[1]: must be a token id from 0 to 99, got 100. Send one prompt per request.",
    "max_tokens: must be an integer from 1 to 64, got 0. Ask for at least one token.",
    "n: must be an integer from 1 to 1, got 2. Send one request for each answer.",
    'stream: must be true or false, got "yes". Leave it out for false.',
    "stream_options.include_usage: must be true or false, got 1. Leave it out for false.",
  ]);
});

test("prompt and answer must fit the context together", () => {
  const prompt = Array.from({ length: 60 }, (_, i) => i);
  expect(parsed("completions", { prompt, max_tokens: 4 }).max_tokens).toBe(4);
  expect(refused("completions", { prompt, max_tokens: 5 })[0]).toContain(
    "maximum context length is 64 tokens",
  );
});

test("empty, missing and batched prompts are refused", () => {
  for (const prompt of [undefined, "", [], ["a", "b"], [[1], [2]]]) {
    expect(refused("completions", { prompt })[0]).toStartWith("prompt");
  }
  for (const messages of [undefined, [], [{ role: "user" }], [{ content: "x" }]]) {
    expect(refused("chat", { messages })[0]).toStartWith("messages");
  }
  expect(refused("completions", [1])).toEqual([
    "body: must be a JSON object. Send content-type application/json.",
  ]);
});

test("a model that is not served is not found", () => {
  const result = parseOpenAiRequest("completions", { model: "gpt", prompt: [1] }, LIMITS);
  expect(result).toMatchObject({ ok: false, error: { status: 404 } });
});

const STAGES = {
  engine_name: "prefill-0",
  prompt_tokens: 2,
  cached_tokens: { hbm: 0, cpu: 0, disk: 0 },
  queue_ms: 0,
  lookup_ms: 0,
  load_ms: 0,
  prefill_ms: 1.5,
};
const REMOTE = {
  transfer_id: "t",
  remote_engine: "prefill-0",
  remote_node: "node0",
  remote_block_ids: [1],
  shm_path: "/dev/shm/x",
  generation: 1,
  release_address: "unix:/tmp/x",
  prompt_tokens: 2,
  stages: STAGES,
};

test("the prefill half names its transfer; nulls of vLLM's proxies count as absent", () => {
  const params = { do_remote_decode: true, do_remote_prefill: false, transfer_id: "t", remote_host: null };
  expect(parsed("completions", { prompt: [1], kv_transfer_params: params }).kv_transfer).toEqual({
    do_remote_decode: true,
    do_remote_prefill: false,
    transfer_id: "t",
  });
  expect(
    refused("completions", {
      prompt: [1],
      kv_transfer_params: { do_remote_decode: true, transfer_id: null },
    }),
  ).toEqual([
    "kv_transfer_params.transfer_id: is required with do_remote_decode, got nothing. Use one id per hand-over.",
  ]);
});

test("the decode half carries where the KV lies, and a malformed place is refused", () => {
  const params = { do_remote_prefill: true, remote: REMOTE };
  expect(parsed("completions", { prompt: [1, 2], kv_transfer_params: params }).kv_transfer?.remote).toEqual(
    REMOTE,
  );
  const fabric_key = { provider: "tcp", bytes: 4096, generation: 1, opaque: "AAAA" };
  const keyed = { ...params, remote: { ...REMOTE, fabric_key } };
  expect(parsed("completions", { prompt: [1, 2], kv_transfer_params: keyed }).kv_transfer?.remote).toEqual(
    keyed.remote,
  );
  for (const remote of [
    ...[undefined, {}, { ...REMOTE, remote_block_ids: [-1] }, { ...REMOTE, stages: {} }],
    { ...REMOTE, fabric_key: { ...fabric_key, bytes: "4096" } },
  ]) {
    const problem = refused("completions", {
      prompt: [1],
      kv_transfer_params: { do_remote_prefill: true, remote },
    });
    expect(problem[0]).toStartWith("kv_transfer_params.remote: must be the prefill answer's");
  }
});
