import { expect, test } from "bun:test";
import { keyStrings } from "../../domain/block_key_batch.ts";
import { FIXTURE_CONNECTOR, failed, read } from "../connector/connector_fixture.ts";
import { FakeShell, promptRequest, STEP_OVERHEAD_NS, TOKEN_NS } from "./engine_fixture.ts";

const LOADS_ONLY = { connector: { ...FIXTURE_CONNECTOR, kv_role: "kv_consumer" } } as const;
const BLOCK_BYTES = 256;

/** Answers the lookup that is out: the first `hits` blocks are there. */
function answerLookup(shell: FakeShell, hits: number): void {
  const { op_id, keys } = shell.one("exists");
  shell.send({ type: "exists_done", op_id, codes: keyStrings(keys).map((_, i) => (i < hits ? 1 : 0)) });
}

test("a hit is loaded while the request is parked, and only the rest is computed", () => {
  const shell = new FakeShell(LOADS_ONLY);
  shell.arrive(promptRequest("r", 14, 1)); // 3 full blocks and 2 tokens
  shell.now_ns = 1_000_000;
  answerLookup(shell, 3);
  const get = shell.one("get");
  expect(get).toMatchObject({ request_id: "r", weights_version: 7 });
  expect(get.block_ids).toHaveLength(3);
  expect(shell.core.snapshot()).toMatchObject({ num_requests_waiting_remote: 1 });
  shell.now_ns = 3_000_000;
  shell.send({
    type: "get_done",
    op_id: get.op_id,
    outcomes: [read(BLOCK_BYTES), read(BLOCK_BYTES, "disk"), read(BLOCK_BYTES, "disk")],
  });
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 2 * TOKEN_NS);
  expect(shell.one("finish").stages).toEqual({
    engine_name: "engine-0",
    prompt_tokens: 14,
    cached_tokens: { hbm: 0, cpu: 4, disk: 8 },
    queue_ms: 0,
    lookup_ms: 1,
    load_ms: 2,
    prefill_ms: 0.012,
  });
  expect(shell.core.snapshot()).toMatchObject({
    computed_prompt_tokens: 2,
    external_prefix_cache_queries: 14,
    external_prefix_cache_hits: 12,
    load_bytes: { cpu: 256, disk: 512 },
  });
});

test("loaded blocks are hit by the next request", () => {
  const shell = new FakeShell(LOADS_ONLY);
  shell.arrive(promptRequest("a", 14, 1));
  answerLookup(shell, 3);
  const get = shell.one("get");
  shell.send({ type: "get_done", op_id: get.op_id, outcomes: get.keys.map(() => read(BLOCK_BYTES)) });
  shell.runSteps();
  shell.take("finish");
  shell.arrive(promptRequest("b", 14, 1));
  answerLookup(shell, 3);
  expect(shell.take("get")).toEqual([]);
  shell.runSteps();
  expect(shell.one("finish").stages.cached_tokens).toEqual({ hbm: 12, cpu: 0, disk: 0 });
});

test("only what lies behind the engine's own hit is loaded", () => {
  const shell = new FakeShell(LOADS_ONLY);
  shell.arrive(promptRequest("a", 8, 1)); // caches 2 blocks
  answerLookup(shell, 0);
  shell.runSteps();
  shell.arrive(promptRequest("b", 24, 1)); // same stream: hits 2, the store has 5
  answerLookup(shell, 5);
  expect(shell.one("get").keys).toHaveLength(3);
});

test("a request that waits for its lookup does not hold up those behind it", () => {
  const shell = new FakeShell(LOADS_ONLY);
  shell.arrive(promptRequest("asks", 14, 1));
  shell.arrive(promptRequest("short", 3, 1, { seed: 2 })); // no full block: nothing to ask for
  shell.step();
  expect(shell.one("finish").request.request_id).toBe("short");
});

test("what a failed GET should have brought is computed, and the request is counted", () => {
  const shell = new FakeShell(LOADS_ONLY);
  shell.arrive(promptRequest("r", 14, 1));
  answerLookup(shell, 3);
  const { op_id } = shell.one("get");
  // Block 1 fails: block 0 is kept, block 2 is dropped though it came. 14 − 4 = 10 tokens to compute.
  shell.send({ type: "get_done", op_id, outcomes: [read(BLOCK_BYTES), failed(-704), read(BLOCK_BYTES)] });
  const step = shell.step();
  expect(step.duration_ns).toBe(STEP_OVERHEAD_NS + 10 * TOKEN_NS);
  expect(step.fills).toHaveLength(2);
  expect(shell.one("finish")).toMatchObject({
    reason: "length",
    stages: { cached_tokens: { hbm: 0, cpu: 4, disk: 0 } },
  });
  expect(shell.core.snapshot()).toMatchObject({
    recomputed_requests: 1,
    failed_get_keys: 1,
    computed_prompt_tokens: 10,
  });
});

test("spec §1.4: with enable_lookup off, or less than a block, the store is not asked", () => {
  const shell = new FakeShell({ connector: { ...FIXTURE_CONNECTOR, enable_lookup: false } });
  shell.arrive(promptRequest("r", 14, 1));
  expect(shell.take("exists")).toEqual([]);
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 14 * TOKEN_NS);

  const asking = new FakeShell(LOADS_ONLY);
  asking.arrive(promptRequest("short", 3, 1));
  asking.arrive(promptRequest("one block", 4, 1)); // its last token is computed, so that no whole block is left to load
  expect(asking.take("exists")).toEqual([]);
});

test("spec §1.1: a consumer that does not look up lends its memory and moves nothing", () => {
  const shell = new FakeShell({ connector: { ...LOADS_ONLY.connector, enable_lookup: false } });
  shell.arrive(promptRequest("r", 14, 2));
  expect(shell.runSteps()).toBe(2);
  const kinds = new Set(shell.effects.map(({ type }) => type));
  expect([...kinds].filter((type) => ["exists", "get", "put"].includes(type))).toEqual([]);
});

test("a failed lookup is no hit and fails nobody", () => {
  const shell = new FakeShell(LOADS_ONLY);
  shell.arrive(promptRequest("r", 14, 1));
  shell.send({ type: "exists_done", op_id: shell.one("exists").op_id, codes: [-900, -900, -900] });
  shell.runSteps();
  expect(shell.one("finish").reason).toBe("length");
});

test("a load over the staging budget is computed instead", () => {
  const connector = { ...LOADS_ONLY.connector, enable_offload: true, staging_bytes: 12_287 };
  const shell = new FakeShell({ connector });
  shell.arrive(promptRequest("r", 14, 1));
  answerLookup(shell, 3);
  expect(shell.take("get")).toEqual([]);
  shell.runSteps();
  expect(shell.one("finish").stages.cached_tokens).toEqual({ hbm: 0, cpu: 0, disk: 0 });
  expect(shell.core.snapshot()).toMatchObject({ recomputed_requests: 1, unattempted_get_keys: 3 });
});

test("spec ATOM promote: requests whose load ended go ahead of fresh ones", () => {
  const shell = new FakeShell({ ...LOADS_ONLY, max_num_seqs: 1 });
  shell.arrive(promptRequest("busy", 3, 4, { seed: 9 }));
  shell.arrive(promptRequest("loads", 14, 1));
  shell.step();
  shell.runSteps(); // busy ends; loads asks
  answerLookup(shell, 3);
  const get = shell.one("get");
  shell.arrive(promptRequest("fresh", 3, 2, { seed: 3 }));
  shell.arrive(promptRequest("fresh2", 3, 1, { seed: 4 }));
  shell.send({ type: "get_done", op_id: get.op_id, outcomes: get.keys.map(() => read(BLOCK_BYTES)) });
  shell.runSteps();
  expect(shell.take("finish").map((finish) => finish.request.request_id)).toEqual([
    "busy",
    "fresh",
    "loads",
    "fresh2",
  ]);
});

test("spec ATOM promote: requests whose loads ended are promoted in the order they were parked", () => {
  const shell = new FakeShell({ ...LOADS_ONLY, max_num_seqs: 1 });
  shell.arrive(promptRequest("a", 6, 1, { seed: 1 }));
  shell.arrive(promptRequest("b", 6, 1, { seed: 2 }));
  for (const { op_id } of shell.take("exists")) shell.send({ type: "exists_done", op_id, codes: [1] });
  shell.arrive(promptRequest("busy", 3, 2, { seed: 3 }));
  // One executor: a's GET ends, then b's; both while the step of busy is under way.
  for (let i = 0; i < 2; i++) {
    shell.send({ type: "get_done", op_id: shell.one("get").op_id, outcomes: [read(BLOCK_BYTES)] });
  }
  shell.runSteps();
  expect(shell.take("finish").map((finish) => finish.request.request_id)).toEqual(["busy", "a", "b"]);
});

test("with load_async off the engine computes nothing while a load is under way", () => {
  const shell = new FakeShell({ connector: { ...LOADS_ONLY.connector, load_async: false } });
  shell.arrive(promptRequest("r", 14, 1));
  answerLookup(shell, 3);
  const get = shell.one("get");
  shell.arrive(promptRequest("other", 3, 1, { seed: 2 }));
  expect(shell.take("step")).toEqual([]);
  shell.send({ type: "get_done", op_id: get.op_id, outcomes: get.keys.map(() => read(BLOCK_BYTES)) });
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 5 * TOKEN_NS); // 2 of r, 3 of other
});

const ASKS_ONE_BY_ONE = { connector: { ...LOADS_ONLY.connector, lookup_async: false } } as const;

test("spec §1.3: with lookup_async off one request asks at a time, and nothing is computed before its answer", () => {
  const shell = new FakeShell(ASKS_ONE_BY_ONE);
  shell.arrive(promptRequest("busy", 3, 3, { seed: 9 })); // no full block: nothing to ask
  shell.arrive(promptRequest("a", 6, 1, { seed: 1 }));
  shell.arrive(promptRequest("b", 6, 1, { seed: 2 }));
  shell.step();
  // busy's second token is planned, but the plan waits for a, and b for its turn.
  expect(shell.take("step")).toEqual([]);
  answerLookup(shell, 0);
  expect(shell.take("step")).toEqual([]);
  shell.now_ns += 5_000;
  answerLookup(shell, 0);
  // Nobody was put off to a later step: 1 token of busy, 6 of a, 6 of b.
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 13 * TOKEN_NS);
  const finished = shell.take("finish");
  expect(finished.map(({ request }) => request.request_id)).toEqual(["a", "b"]);
  expect(finished.map(({ stages }) => stages.lookup_ms)).toEqual([0, 0.005]);
});

test("with lookup_async off a hit is parked as ever, and the plan goes on behind it", () => {
  const shell = new FakeShell(ASKS_ONE_BY_ONE);
  shell.arrive(promptRequest("a", 6, 1, { seed: 1 }));
  shell.arrive(promptRequest("other", 3, 1, { seed: 2 }));
  answerLookup(shell, 1);
  expect(shell.core.snapshot()).toMatchObject({ num_requests_waiting_remote: 1 });
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 3 * TOKEN_NS);
  shell.send({ type: "get_done", op_id: shell.one("get").op_id, outcomes: [read(BLOCK_BYTES)] });
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 2 * TOKEN_NS);
});

test("with lookup_async off the engine waits for an answer that nobody wants any more", () => {
  const shell = new FakeShell(ASKS_ONE_BY_ONE);
  shell.arrive(promptRequest("a", 6, 1, { seed: 1 }));
  shell.send({ type: "abort", request_id: "a" });
  shell.arrive(promptRequest("other", 3, 1, { seed: 2 }));
  expect(shell.take("step")).toEqual([]);
  answerLookup(shell, 1);
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 3 * TOKEN_NS);
});

test("with lookup_async off a reset that finds the engine idle wipes the store; what was asked is asked again", () => {
  const shell = new FakeShell(ASKS_ONE_BY_ONE);
  shell.arrive(promptRequest("a", 6, 1, { seed: 1 }));
  const reset = { reset_running_requests: false, reset_connector: true, force: true } as const;
  shell.send({ type: "reset_prefix_cache", reset_id: 1, ...reset });
  const { op_id } = shell.one("remove_all");
  answerLookup(shell, 1);
  shell.send({ type: "remove_all_done", op_id, code: 0, removed: 1 });
  expect(shell.take("get")).toEqual([]);
  expect(shell.one("reset_done").ok).toBe(true);
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 6 * TOKEN_NS);
});

test("blocks of an aborted load are freed when the GET has ended, not before", () => {
  const shell = new FakeShell(LOADS_ONLY);
  shell.arrive(promptRequest("r", 14, 1));
  answerLookup(shell, 3);
  const { op_id, keys } = shell.one("get");
  shell.send({ type: "abort", request_id: "r" });
  expect(shell.one("finish").reason).toBe("abort");
  expect(shell.core.snapshot().kv_cache_usage).toBe(3 / 16);
  shell.send({ type: "get_done", op_id, outcomes: keys.map(() => read(BLOCK_BYTES)) });
  expect(shell.core.snapshot().kv_cache_usage).toBe(0);
});

test("spec §1.4: a preempted request asks the store anew, and loads what it finds", () => {
  // 5 blocks of 4 tokens: two prompts of 8 fit, their ninth tokens do not. In the end a fills all five.
  const shell = new FakeShell({ ...LOADS_ONLY, num_hbm_blocks: 5 });
  shell.arrive(promptRequest("a", 8, 12, { seed: 1 }));
  shell.arrive(promptRequest("b", 8, 4, { seed: 2 }));
  for (const { op_id, keys } of shell.take("exists")) {
    shell.send({ type: "exists_done", op_id, codes: keyStrings(keys).map(() => 0) });
  }
  shell.runSteps();
  expect(shell.one("finish").request.request_id).toBe("a");
  expect(shell.core.snapshot()).toMatchObject({ preemptions: 1 });
  // b has a token of its answer, so that both blocks of its prompt are worth loading.
  answerLookup(shell, 2);
  const get = shell.one("get");
  expect(get).toMatchObject({ request_id: "b", keys: { length: 2 } });
  shell.send({ type: "get_done", op_id: get.op_id, outcomes: get.keys.map(() => read(BLOCK_BYTES)) });
  shell.runSteps();
  expect(shell.one("finish")).toMatchObject({ request: { request_id: "b" } });
});

test("a stale block is used and counted", () => {
  const shell = new FakeShell(LOADS_ONLY);
  shell.arrive(promptRequest("r", 5, 1));
  answerLookup(shell, 1);
  const outcome = { code: BLOCK_BYTES, tier: "cpu", remote: true, stale: true } as const;
  shell.send({ type: "get_done", op_id: shell.one("get").op_id, outcomes: [outcome] });
  shell.runSteps();
  expect(shell.core.snapshot()).toMatchObject({ stale_reads: 1, remote_load_bytes: 256 });
});
