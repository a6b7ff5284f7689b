// Where vllm_2026_05 differs from vllm_2026_08, seen in an engine (spec: README.md, version drift).

import { expect, test } from "bun:test";
import { keyStrings } from "../../domain/block_key_batch.ts";
import type { ConnectorProfile } from "../../domain/connector_profile.ts";
import { FIXTURE_CONNECTOR, failed, read } from "../connector/connector_fixture.ts";
import { FakeShell, promptRequest, STEP_OVERHEAD_NS, TOKEN_NS } from "./engine_fixture.ts";

function shellOf(profile: ConnectorProfile, kv_role: "kv_both" | "kv_consumer" = "kv_consumer"): FakeShell {
  const connector = { ...FIXTURE_CONNECTOR, profile, kv_role, enable_lookup: kv_role === "kv_consumer" };
  return new FakeShell({ connector, max_num_batched_tokens: kv_role === "kv_both" ? 8 : 32 });
}

test("spec §1.9: a range whose put failed is lost in vllm_2026_05, and put again in vllm_2026_08", () => {
  for (const [profile, keys] of [
    ["vllm_2026_05", 1],
    ["vllm_2026_08", 3],
  ] as const) {
    const shell = shellOf(profile, "kv_both");
    shell.arrive(promptRequest("r", 14, 1));
    shell.step(); // blocks 0 and 1
    shell.send({ type: "exists_done", op_id: shell.one("exists").op_id, codes: [0, 0] });
    shell.send({ type: "put_done", op_id: shell.one("put").op_id, codes: [0, -800] });
    shell.step(); // block 2
    expect([profile, shell.one("exists").keys.length]).toEqual([profile, keys]);
  }
});

test("spec §1.5: vllm_2026_05 computes with blocks that no load brought, which are corrupt reads", () => {
  const shell = shellOf("vllm_2026_05");
  shell.arrive(promptRequest("r", 14, 1));
  shell.send({ type: "exists_done", op_id: shell.one("exists").op_id, codes: [1, 1, 1] });
  const outcomes = [read(256), failed(-704), failed(-704)];
  shell.send({ type: "get_done", op_id: shell.one("get").op_id, outcomes });
  // 3 blocks of 4 pass for loaded: only the last 2 tokens are computed.
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 2 * TOKEN_NS);
  expect(shell.one("finish").stages.cached_tokens).toEqual({ hbm: 0, cpu: 4, disk: 0 });
  expect(shell.core.snapshot()).toMatchObject({ corrupt_reads: 2, recomputed_requests: 0 });
});

test("spec §1.3: of a prompt that is stored whole vllm_2026_05 computes a token, vllm_2026_08 a block", () => {
  for (const [profile, blocks, computed_tokens] of [
    ["vllm_2026_05", 3, 1],
    ["vllm_2026_08", 2, 4],
  ] as const) {
    const shell = shellOf(profile);
    shell.arrive(promptRequest("r", 12, 1)); // 3 blocks of 4
    const { op_id, keys } = shell.one("exists");
    expect([profile, keys.length]).toEqual([profile, blocks]);
    shell.send({ type: "exists_done", op_id, codes: keyStrings(keys).map(() => 1) });
    shell.send({
      type: "get_done",
      op_id: shell.one("get").op_id,
      outcomes: keyStrings(keys).map(() => read(256)),
    });
    expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + computed_tokens * TOKEN_NS);
    expect(shell.one("finish").stages.cached_tokens.cpu).toBe(12 - computed_tokens);
    expect(shell.core.snapshot()).toMatchObject({
      computed_prompt_tokens: computed_tokens,
      whole_prompt_hits: profile === "vllm_2026_05" ? 1 : 0,
    });
  }
});

test("spec README drift: a finished request's blocks are free at its last save in vllm_2026_05, at their own in vllm_2026_08", () => {
  for (const [profile, used_blocks] of [
    ["vllm_2026_05", 4],
    ["vllm_2026_08", 1],
  ] as const) {
    const shell = shellOf(profile, "kv_both");
    shell.arrive(promptRequest("r", 14, 1)); // 4 blocks, the last one partial
    shell.step(); // blocks 0 and 1
    const first = shell.one("exists");
    shell.step(); // block 2; the request is done
    shell.send({ type: "exists_done", op_id: first.op_id, codes: [1, 1] });
    // Block 2 is still being saved.
    expect([profile, shell.core.snapshot().kv_cache_usage]).toEqual([profile, used_blocks / 16]);
    shell.send({ type: "exists_done", op_id: shell.one("exists").op_id, codes: [1] });
    expect(shell.core.snapshot().kv_cache_usage).toBe(0);
  }
});
