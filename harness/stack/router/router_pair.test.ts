import { expect, test } from "bun:test";
import { decodeBody, prefillBody } from "./router_pair.ts";

test("the prefill half asks for one token, unstreamed, and for its KV to be kept", () => {
  const body = { prompt: [1, 2], max_tokens: 64, stream: true, stream_options: { include_usage: true } };
  expect(JSON.parse(prefillBody(body, "t-1"))).toEqual({
    prompt: [1, 2],
    max_tokens: 1,
    stream: false,
    kv_transfer_params: {
      do_remote_decode: true,
      do_remote_prefill: false,
      transfer_id: "t-1",
      remote_engine_id: null,
      remote_block_ids: null,
      remote_host: null,
      remote_port: null,
    },
  });
});

test("max_completion_tokens is lowered where it was asked for, and min_tokens dropped", () => {
  const body = { messages: [], max_completion_tokens: 64, min_tokens: 64 };
  expect(JSON.parse(prefillBody(body, "t-1"))).toMatchObject({ max_tokens: 1, max_completion_tokens: 1 });
  expect(JSON.parse(prefillBody(body, "t-1"))).not.toHaveProperty("min_tokens");
});

test("the decode half is the request with what the prefill engine answered, whatever its shape", () => {
  const body = { prompt: [1, 2], max_tokens: 64, stream: true };
  const nixl = { do_remote_prefill: true, remote_block_ids: [[4, 5]], remote_engine_id: "e" };
  const half = decodeBody(body, { id: "cmpl-1", kv_transfer_params: nixl });
  expect(half.hands_over).toBe(true);
  expect(JSON.parse(half.body_text)).toEqual({ ...body, kv_transfer_params: nixl });
});

test("without kept KV the decode engine gets the plain request", () => {
  const half = decodeBody({ prompt: [1] }, { id: "cmpl-1", kv_transfer_params: null });
  expect(half).toEqual({ body_text: '{"prompt":[1]}', hands_over: false });
});
