import { expect, test } from "bun:test";
import { hashFullBlocks, type TokenId } from "../../domain/block_hash.ts";
import { streamToken } from "../../domain/prompt_tokens.ts";
import type { EngineRequest } from "./engine_api.ts";
import { BLOCK_TOKENS, FakeShell, promptRequest, STEP_OVERHEAD_NS, TOKEN_NS } from "./engine_fixture.ts";

test("a request is prefilled in one step and then decoded a token a step", () => {
  const shell = new FakeShell();
  shell.arrive(promptRequest("r", 10, 3));
  // Prompt 10 → 10 + 10 µs and the first token; then two decode steps of 10 + 1 µs.
  const prefill = shell.step();
  expect(prefill.duration_ns).toBe(STEP_OVERHEAD_NS + 10 * TOKEN_NS);
  expect(prefill.fills).toHaveLength(2); // blocks of tokens 0–3 and 4–7; 8 and 9 begin a third
  expect(shell.step().fills).toHaveLength(0); // token 10
  const last = shell.step();
  expect(last.duration_ns).toBe(STEP_OVERHEAD_NS + TOKEN_NS);
  expect(last.fills).toHaveLength(1); // token 11 fills 8–11
  expect(shell.take("emit_tokens").map((emit) => emit.token_ids.length)).toEqual([1, 1, 1]);
  expect(shell.one("finish")).toMatchObject({
    reason: "length",
    stages: { queue_ms: 0, lookup_ms: 0, load_ms: 0, prefill_ms: 0.02, prompt_tokens: 10 },
  });
  expect(shell.core.snapshot()).toMatchObject({
    prompt_tokens: 10,
    computed_prompt_tokens: 10,
    generation_tokens: 3,
    finished_requests: 1,
    kv_cache_usage: 0,
    steps: 3,
    busy_ns: 20_000 + 2 * 11_000,
  });
});

test("a second turn hits the first one's prompt and answer", () => {
  const shell = new FakeShell();
  shell.arrive(promptRequest("first", 10, 3));
  shell.runSteps();
  // 10 + 3 tokens, the last without KV: 12 = 3 full blocks are cached. The next prompt quotes them and adds 7.
  const answer = shell.take("emit_tokens").flatMap((emit) => emit.token_ids);
  const prompt = [...Array.from({ length: 10 }, (_, i) => streamToken(1, i)), ...answer];
  const quoted = [...prompt, 5, 5, 5, 5, 5, 5, 5];
  const second = promptRequest("second", 20, 1);
  shell.take("finish");
  shell.arrive({ ...second, ...hashedPrompt(quoted) });
  const step = shell.step();
  expect(step.duration_ns).toBe(STEP_OVERHEAD_NS + 8 * TOKEN_NS); // 20 − 12
  expect(shell.one("finish").stages.cached_tokens).toEqual({ hbm: 12, cpu: 0, disk: 0 });
  expect(shell.core.snapshot()).toMatchObject({ prefix_cache_queries: 30, prefix_cache_hits: 12 });
});

test("a prompt that is cached whole still computes its last block", () => {
  const shell = new FakeShell();
  shell.arrive(promptRequest("a", 8, 1));
  shell.runSteps();
  shell.arrive(promptRequest("b", 8, 1));
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 4 * TOKEN_NS); // floor(7 / 4) = 1 block is hit
});

test("requests of one step share a prefix that the first of them computes", () => {
  const shell = new FakeShell();
  shell.arrive(promptRequest("busy", 4, 2, { seed: 9 }));
  shell.arrive(promptRequest("a", 12, 1));
  shell.arrive(promptRequest("b", 12, 1));
  shell.step();
  // busy decodes 1; a computes 12; b hits 2 blocks and computes 4: 17 tokens.
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 17 * TOKEN_NS);
});

test("a prompt over the token budget is prefilled in chunks while others decode", () => {
  const shell = new FakeShell({ max_num_batched_tokens: 8 });
  shell.arrive(promptRequest("short", 4, 8, { seed: 2 }));
  shell.arrive(promptRequest("long", 18, 1));
  shell.step(); // short: 4
  const tokens = (step: { duration_ns: number }): number => (step.duration_ns - STEP_OVERHEAD_NS) / TOKEN_NS;
  // A decode token of short comes first, 7 of long fill the budget: 7 + 7 + 4 = 18.
  expect([tokens(shell.step()), tokens(shell.step()), tokens(shell.step())]).toEqual([8, 8, 5]);
  expect(shell.one("finish")).toMatchObject({ request: { request_id: "long" } });
});

test("at most max_num_seqs requests run", () => {
  const shell = new FakeShell({ max_num_seqs: 2 });
  for (const id of ["a", "b", "c"]) shell.arrive(promptRequest(id, 4, 2, { seed: id.charCodeAt(0) }));
  shell.step();
  expect(shell.core.snapshot()).toMatchObject({ num_requests_running: 2, num_requests_waiting: 1 });
  shell.runSteps();
  expect(shell.take("finish").map((finish) => finish.request.request_id)).toEqual(["a", "b", "c"]);
});

test("the first request that finds no blocks holds up those behind it", () => {
  const shell = new FakeShell({ num_hbm_blocks: 6 });
  shell.arrive(promptRequest("a", 12, 2, { seed: 1 })); // 3 blocks, a fourth at its second token
  shell.arrive(promptRequest("big", 16, 1, { seed: 2 })); // 4 blocks: not beside a
  shell.arrive(promptRequest("small", 4, 1, { seed: 3 }));
  shell.step();
  expect(shell.core.snapshot()).toMatchObject({ num_requests_running: 1, num_requests_waiting: 2 });
  shell.runSteps();
  expect(shell.take("finish").map((finish) => finish.request.request_id)).toEqual(["a", "big", "small"]);
});

test("a decode that finds no block preempts the last request, which starts again and says the same", () => {
  const shell = new FakeShell({ num_hbm_blocks: 4, enable_prefix_caching: false });
  shell.arrive(promptRequest("a", 8, 4, { seed: 1 }));
  shell.arrive(promptRequest("b", 4, 6, { seed: 2 }));
  // Step 1: a prefills 8 (2 blocks). Step 2: a's 9th token takes block 3, b prefills 4 (block 4). Step 3: a computes
  // token 10 in its third block; b's fifth token finds no block, and b, the last, preempts itself.
  shell.step();
  shell.step();
  expect(shell.core.snapshot()).toMatchObject({ preemptions: 1, num_requests_running: 1 });
  shell.runSteps();
  expect(shell.core.snapshot()).toMatchObject({ preemptions: 1, generation_tokens: 10, prompt_tokens: 12 });
  const said = shell
    .take("emit_tokens")
    .flatMap((emit) => (emit.request.request_id === "b" ? emit.token_ids : []));
  const alone = new FakeShell();
  alone.arrive(promptRequest("b", 4, 6, { seed: 2 }));
  alone.runSteps();
  expect(said).toEqual(alone.take("emit_tokens").flatMap((emit) => emit.token_ids));
  expect(shell.take("finish").map((finish) => finish.request.request_id)).toEqual(["a", "b"]);
});

test("requests that can never fit are rejected with rule and numbers", () => {
  const shell = new FakeShell({ num_hbm_blocks: 4, max_model_len: 20 });
  shell.arrive(promptRequest("long", 18, 3));
  shell.arrive(promptRequest("big", 16, 2)); // 17 tokens of KV = 5 blocks
  shell.arrive(promptRequest("fits", 16, 1));
  const [long, big] = shell.take("finish");
  expect(long).toMatchObject({ request: { request_id: "long" }, reason: "rejected" });
  expect(long?.detail).toContain("max_model_len (20 tokens), got 18 + 3 = 21");
  expect(big?.detail).toContain("4 KV blocks of 4 tokens, got 18 tokens = 5 blocks");
  shell.runSteps();
  expect(shell.one("finish")).toMatchObject({ request: { request_id: "fits" }, reason: "length" });
});

test("an abort takes effect at the end of the step that computes the request, at once otherwise", () => {
  const shell = new FakeShell({ max_num_seqs: 1 });
  shell.arrive(promptRequest("a", 4, 5));
  shell.arrive(promptRequest("waits", 4, 5, { seed: 2 }));
  shell.send({ type: "abort", request_id: "a" }, { type: "abort", request_id: "waits" });
  expect(shell.take("finish").map((finish) => finish.request.request_id)).toEqual(["waits"]);
  shell.step();
  expect(shell.take("finish")).toMatchObject([{ request: { request_id: "a" }, reason: "abort" }]);
  expect(shell.take("emit_tokens")).toEqual([]);
  expect(shell.core.snapshot()).toMatchObject({
    kv_cache_usage: 0,
    num_requests_running: 0,
    finished_requests: 0,
  });
});

test("queue time is the wait for the first step", () => {
  const shell = new FakeShell();
  shell.arrive(promptRequest("a", 10, 1));
  shell.now_ns = 5_000; // a's step is under way until 20 µs
  shell.arrive(promptRequest("b", 10, 1, { seed: 2 }));
  shell.step();
  shell.take("finish");
  shell.step();
  expect(shell.one("finish").stages).toMatchObject({ queue_ms: 0.015, prefill_ms: 0.02 });
});

function hashedPrompt(tokens: TokenId[]): Pick<EngineRequest, "prompt_block_hashes" | "tail_token_ids"> {
  return {
    prompt_block_hashes: hashFullBlocks(tokens, BLOCK_TOKENS),
    tail_token_ids: tokens.slice(tokens.length - (tokens.length % BLOCK_TOKENS)),
  };
}
