import { expect, test } from "bun:test";
import { hashFullBlocks } from "../../domain/block_hash.ts";
import { keyStrings } from "../../domain/block_key_batch.ts";
import { streamToken } from "../../domain/prompt_tokens.ts";
import type { ConnectorConfig } from "../connector/connector_config.ts";
import { FIXTURE_CONNECTOR, failed, read } from "../connector/connector_fixture.ts";
import type { EngineRequest } from "./engine_api.ts";
import { FakeShell, promptRequest, STEP_OVERHEAD_NS, TOKEN_NS } from "./engine_fixture.ts";

/** Blocks of 4 tokens, chunks of 3 blocks. */
const CHUNKED: ConnectorConfig = {
  ...FIXTURE_CONNECTOR,
  kv_role: "kv_consumer",
  chunk_tokens: 12,
  unaligned_handoff: true,
};

/** An engine whose prefix cache holds the first 8 tokens, two blocks, of every prompt of stream 1. */
function warmShell(changes: Partial<ConnectorConfig> = {}): FakeShell {
  const shell = new FakeShell({ connector: { ...CHUNKED, ...changes }, num_hbm_blocks: 32 });
  shell.arrive(promptRequest("warm", 8, 1));
  answerLookup(shell, 0);
  shell.runSteps();
  shell.take("finish");
  return shell;
}

/** The lookup that is out, answered: the first `hits` blocks are there. */
function answerLookup(shell: FakeShell, hits: number): void {
  const { op_id, keys } = shell.one("exists");
  shell.send({ type: "exists_done", op_id, codes: keyStrings(keys).map((_, i) => (i < hits ? 1 : 0)) });
}

/** The GET that is out, answered. */
function answerGet(shell: FakeShell, code = 256): number {
  const get = shell.one("get");
  const outcome = code < 0 ? failed(code) : read(code);
  shell.send({ type: "get_done", op_id: get.op_id, outcomes: get.keys.map(() => outcome) });
  return get.keys.length;
}

test("spec ATOM hand-off: a hit that ends inside a chunk is computed to the boundary, and the rest is loaded and not computed", () => {
  const shell = warmShell();
  shell.arrive(promptRequest("r", 30, 1)); // 7 blocks and 2 tokens; chunks end at 12, 24
  answerLookup(shell, 7);
  // HBM 8, boundary 12, in the store 2 whole chunks = 24.
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 4 * TOKEN_NS);
  expect(shell.take("emit_tokens").map(({ request }) => request.request_id)).toEqual(["warm"]);
  expect(shell.core.snapshot()).toMatchObject({ num_requests_running: 0, num_requests_waiting_remote: 1 });
  shell.now_ns += 1_000_000;
  expect(answerGet(shell)).toBe(3); // blocks 3, 4, 5: tokens 12 … 24
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 6 * TOKEN_NS);
  expect(shell.one("finish").stages).toMatchObject({
    cached_tokens: { hbm: 8, cpu: 12, disk: 0 },
    queue_ms: 0,
    load_ms: 1,
    prefill_ms: 0.03, // two steps of 10 µs and 10 tokens of 1 µs
  });
  expect(shell.core.snapshot()).toMatchObject({ external_prefix_cache_hits: 12 });
});

/** ATOM's own figures: chunks of 4, loads of 8 or more, 6 tokens in HBM; blocks of 2, so that they can be there. */
function atomShell(): FakeShell {
  const connector = { ...CHUNKED, chunk_tokens: 4, min_load_tokens: 8 };
  const shell = new FakeShell({ connector, block_tokens: 2, num_hbm_blocks: 64 });
  shell.arrive(atomRequest("warm", 6));
  answerLookup(shell, 0);
  shell.runSteps();
  shell.take("finish");
  return shell;
}

function atomRequest(request_id: string, prompt_tokens: number): EngineRequest {
  const tokens = Array.from({ length: prompt_tokens }, (_, i) => streamToken(1, i));
  const prompt_block_hashes = hashFullBlocks(tokens, 2);
  const tail_token_ids = tokens.slice(prompt_block_hashes.length * 2);
  return promptRequest(request_id, prompt_tokens, 1, { prompt_block_hashes, tail_token_ids });
}

test("spec errata 4: 20 tokens with 6 in HBM and 16 stored compute 2 to the boundary of 8, and load up to 16", () => {
  const shell = atomShell();
  shell.arrive(atomRequest("r", 20));
  answerLookup(shell, 8);
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 2 * TOKEN_NS);
  expect(answerGet(shell)).toBe(4); // blocks of 2 tokens: 8 … 16
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 4 * TOKEN_NS);
  expect(shell.one("finish").stages.cached_tokens).toEqual({ hbm: 6, cpu: 8, disk: 0 });
});

test("spec errata 4: 16 tokens with 6 in HBM and 12 stored load nothing, as 4 are left behind the boundary", () => {
  const shell = atomShell();
  shell.arrive(atomRequest("r", 16));
  answerLookup(shell, 6);
  expect(shell.take("get")).toEqual([]);
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 10 * TOKEN_NS);
  expect(shell.one("finish").stages.cached_tokens).toEqual({ hbm: 6, cpu: 0, disk: 0 });
});

test("with the switch off, or too little behind the boundary, the whole rest is computed", () => {
  for (const changes of [{ unaligned_handoff: false }, { min_load_tokens: 13 }]) {
    const shell = warmShell(changes);
    shell.arrive(promptRequest("r", 30, 1));
    answerLookup(shell, 7);
    expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 22 * TOKEN_NS);
    expect(shell.take("get")).toEqual([]);
    expect(shell.take("log").at(-1)?.line).toContain("reason=unaligned_hbm_prefill");
  }
});

test("spec ATOM failed_loading: a load that fails after a hand-off is computed in the blocks already there", () => {
  const shell = warmShell();
  shell.arrive(promptRequest("r", 30, 1));
  answerLookup(shell, 7);
  shell.step();
  answerGet(shell, -704);
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 18 * TOKEN_NS);
  expect(shell.one("finish").stages.cached_tokens).toEqual({ hbm: 8, cpu: 0, disk: 0 });
  expect(shell.core.snapshot().recomputed_requests).toBe(1);
});

test("a chunk with a missing block is not there", () => {
  const shell = warmShell();
  shell.arrive(promptRequest("r", 30, 1, { seed: 2 }));
  answerLookup(shell, 5); // one whole chunk of 3, and 2 blocks of the next
  expect(answerGet(shell)).toBe(3);
});

test("spec ATOM full hit clamped: a prompt of whole chunks that is all there leaves its last block to compute", () => {
  const shell = warmShell();
  shell.arrive(promptRequest("r", 24, 1, { seed: 2 }));
  expect(shell.effects.find((effect) => effect.type === "exists")).toMatchObject({ keys: { length: 6 } });
  answerLookup(shell, 6);
  expect(answerGet(shell)).toBe(5);
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 4 * TOKEN_NS);
});

test("spec ATOM save frontier: only whole chunks are saved", () => {
  const shell = new FakeShell({ connector: { ...CHUNKED, kv_role: "kv_both", enable_lookup: false } });
  shell.arrive(promptRequest("r", 30, 1));
  shell.runSteps();
  expect(shell.one("exists").keys).toHaveLength(6); // 24 of 30 tokens
});

test("spec ATOM 32K reload: an evicted prompt of 32,005 tokens reloads 32,000 and computes 5", () => {
  const shell = new FakeShell({
    block_tokens: 4,
    num_hbm_blocks: 8_002,
    max_model_len: 40_000,
    connector: { ...CHUNKED, chunk_tokens: 256, min_load_tokens: 8_192 },
  });
  shell.arrive(promptRequest("r", 32_005, 1));
  answerLookup(shell, 8_001);
  expect(answerGet(shell)).toBe(8_000); // 125 chunks of 256 tokens
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 5 * TOKEN_NS);
  expect(shell.one("finish").stages.cached_tokens).toEqual({ hbm: 0, cpu: 32_000, disk: 0 });
});

test("decisions are logged in ATOM's words", () => {
  const shell = warmShell();
  shell.arrive(promptRequest("r", 30, 1));
  answerLookup(shell, 7);
  shell.step();
  expect(shell.take("log").map(({ line }) => line)).toEqual([
    "[OFFLOAD-LOAD-HANDOFF] seq=r hbm_cached=8 boundary=12 lmc_cached=24 need_after_boundary=12 min_load=0 chunk=12",
    "[OFFLOAD-LOAD-EMIT] seq=r hbm_cached=12 lmc_cached=24 need=12 nblocks=3 reason=aligned_large_hit",
  ]);
});
