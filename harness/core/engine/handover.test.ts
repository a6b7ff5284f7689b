import { expect, test } from "bun:test";
import type { RemoteKv } from "../../domain/kv_transfer.ts";
import { FIXTURE_CONNECTOR } from "../connector/connector_fixture.ts";
import { FakeShell, promptRequest, STEP_OVERHEAD_NS, TOKEN_NS } from "./engine_fixture.ts";

const MS = 1_000_000;

function prefilled(shell: FakeShell): readonly number[] {
  shell.arrive(promptRequest("p", 10, 1, { do_remote_decode: true, transfer_id: "t" }));
  shell.step();
  return shell.one("finish").held?.block_ids ?? [];
}

function remoteKv(remote_block_ids: readonly number[], prompt_tokens: number): RemoteKv {
  return {
    transfer_id: "t",
    remote_engine: "prefill-0",
    remote_node: "node1",
    remote_block_ids,
    shm_path: "/dev/shm/x",
    generation: 1,
    release_address: "unix:/x",
    prompt_tokens,
    stages: {
      engine_name: "prefill-0",
      prompt_tokens,
      cached_tokens: { hbm: 0, cpu: 0, disk: 0 },
      queue_ms: 0,
      lookup_ms: 0,
      load_ms: 0,
      prefill_ms: 0,
    },
  };
}

function decodeRequest(id: string, prompt_tokens: number, max_tokens: number) {
  const blocks = Math.ceil(prompt_tokens / 4);
  const remote = remoteKv(
    Array.from({ length: blocks }, (_, i) => 100 + i),
    prompt_tokens,
  );
  return promptRequest(id, prompt_tokens, max_tokens, { remote });
}

test("a finished prefill holds its prompt's blocks until they are released", () => {
  const shell = new FakeShell();
  expect(prefilled(shell)).toHaveLength(3); // 10 tokens: 2 full blocks and a partial one
  expect(shell.core.snapshot().kv_cache_usage).toBe(3 / 16);
  expect(shell.core.next_deadline_ns()).toBe(20_000 + 1000 * MS);
  expect(shell.core.holds("t")).toBe(true);
  expect(shell.core.holds("another")).toBe(false);
  shell.send({ type: "remote_released", transfer_id: "t" });
  expect(shell.core.snapshot().kv_cache_usage).toBe(0);
  expect(shell.core.next_deadline_ns()).toBeNull();
  expect(shell.core.holds("t")).toBe(false);
});

test("spec §1.11: with hand-over and store a block is free when both are done with it", () => {
  const shell = new FakeShell({ connector: { ...FIXTURE_CONNECTOR, enable_lookup: false } });
  prefilled(shell);
  const { op_id } = shell.one("exists"); // 2 full blocks go to the store
  shell.send({ type: "remote_released", transfer_id: "t" });
  expect(shell.core.snapshot().kv_cache_usage).toBe(2 / 16); // those that are being saved
  shell.send({ type: "exists_done", op_id, codes: [0, 0] });
  shell.send({ type: "put_done", op_id: shell.one("put").op_id, codes: [0, 0] });
  expect(shell.core.snapshot().kv_cache_usage).toBe(0);
});

test("spec §1.11: a prompt that another engine holds is pulled, and the store behind it is not asked", () => {
  const shell = new FakeShell({ connector: FIXTURE_CONNECTOR });
  shell.arrive(decodeRequest("d", 10, 2));
  expect(shell.take("exists")).toEqual([]);
  expect(shell.one("pull").block_ids).toHaveLength(3);
});

test("a hold that nobody releases expires, and says so", () => {
  const shell = new FakeShell();
  prefilled(shell);
  shell.now_ns = 20_000 + 1000 * MS - 1;
  shell.send({ type: "tick" });
  expect(shell.core.snapshot().kv_cache_usage).toBe(3 / 16);
  expect(shell.core.holds("t")).toBe(true);
  shell.now_ns++;
  shell.send({ type: "tick" });
  expect(shell.core.snapshot().kv_cache_usage).toBe(0);
  expect(shell.core.holds("t")).toBe(false);
  expect(shell.one("log").line).toContain("3 KV blocks of request p: no decode engine released transfer t");
  shell.send({ type: "remote_released", transfer_id: "t" }); // late: nothing left to release
});

test("a decode engine pulls the prompt, computes its last token and streams", () => {
  const shell = new FakeShell({ connector: { ...FIXTURE_CONNECTOR, kv_role: "kv_consumer" } });
  shell.arrive(decodeRequest("d", 10, 2));
  expect(shell.take("exists")).toEqual([]); // the store is not asked
  const pull = shell.one("pull");
  expect(pull).toMatchObject({ remote_block_ids: [100, 101, 102], weights_version: 7 });
  expect(pull.hashes.map((hash) => hash !== null)).toEqual([true, true, false]);
  shell.now_ns = 3 * MS;
  shell.send({ type: "pull_done", op_id: pull.op_id, codes: [256, 256, 256], stale: 0 });
  expect(shell.one("release_remote").remote.transfer_id).toBe("t");
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + TOKEN_NS);
  shell.step();
  expect(shell.take("emit_tokens")).toHaveLength(2);
  expect(shell.one("finish").stages).toMatchObject({
    load_ms: 3,
    cached_tokens: { hbm: 0, cpu: 0, disk: 0 },
  });
  expect(shell.core.snapshot()).toMatchObject({ pulled_blocks: 3, computed_prompt_tokens: 1 });
});

test("both halves of a pair say the same first token", () => {
  const prefill = new FakeShell();
  prefilled(prefill);
  const decode = new FakeShell();
  decode.arrive(decodeRequest("d", 10, 1));
  decode.send({ type: "pull_done", op_id: decode.one("pull").op_id, codes: [1, 1, 1], stale: 0 });
  decode.step();
  expect(decode.one("emit_tokens").token_ids).toEqual(prefill.one("emit_tokens").token_ids);
});

test("blocks of an earlier turn are not pulled again", () => {
  const shell = new FakeShell();
  shell.arrive(decodeRequest("a", 8, 1));
  shell.send({ type: "pull_done", op_id: shell.one("pull").op_id, codes: [1, 1], stale: 0 });
  shell.step();
  shell.arrive(decodeRequest("b", 14, 1)); // same stream: blocks 0 and 1 are here
  expect(shell.one("pull").remote_block_ids).toEqual([102, 103]);
});

test("a prompt of which only the last token is missing is not pulled, but released", () => {
  const shell = new FakeShell();
  shell.arrive(promptRequest("a", 8, 1));
  shell.runSteps();
  shell.arrive(decodeRequest("b", 9, 1));
  expect(shell.take("pull")).toEqual([]);
  expect(shell.take("release_remote")).toHaveLength(1);
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + TOKEN_NS);
});

test("a failed pull is counted and the prompt computed", () => {
  const shell = new FakeShell();
  shell.arrive(decodeRequest("d", 10, 1));
  shell.send({ type: "pull_done", op_id: shell.one("pull").op_id, codes: [256, -800, 256], stale: 0 });
  expect(shell.take("release_remote")).toHaveLength(1);
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 10 * TOKEN_NS);
  expect(shell.core.snapshot()).toMatchObject({
    failed_pulls: 1,
    pulled_blocks: 0,
    computed_prompt_tokens: 10,
  });
});

test("an abort before or during the pull releases the remote blocks once", () => {
  const shell = new FakeShell();
  shell.arrive(decodeRequest("during", 10, 1));
  const { op_id } = shell.one("pull");
  shell.send({ type: "abort", request_id: "during" });
  expect(shell.take("release_remote")).toEqual([]); // the copy still reads them
  shell.send({ type: "pull_done", op_id, codes: [256, 256, 256], stale: 0 });
  expect(shell.take("release_remote")).toHaveLength(1);
  expect(shell.core.snapshot().kv_cache_usage).toBe(0);
  shell.arrive(promptRequest("bad", 10, 1, { remote: remoteKv([1], 10) }));
  expect(shell.take("finish").at(-1)?.detail).toContain("must hold the 10 prompt tokens in 3 blocks");
  expect(shell.take("release_remote")).toHaveLength(1);
});
