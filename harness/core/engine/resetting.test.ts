import { expect, test } from "bun:test";
import { FIXTURE_CONNECTOR, read } from "../connector/connector_fixture.ts";
import type { EngineEvent } from "./engine_api.ts";
import { FakeShell, promptRequest, STEP_OVERHEAD_NS, TOKEN_NS } from "./engine_fixture.ts";

const SAVES_ONLY = { connector: { ...FIXTURE_CONNECTOR, enable_lookup: false } } as const;

function reset(changes: { running?: boolean; connector?: boolean; force?: boolean } = {}): EngineEvent {
  return {
    type: "reset_prefix_cache",
    reset_id: 1,
    reset_running_requests: changes.running ?? false,
    reset_connector: changes.connector ?? false,
    force: changes.force ?? true,
  };
}

test("spec §1.10: an idle engine forgets its prefix cache", () => {
  const shell = new FakeShell();
  shell.arrive(promptRequest("a", 8, 1));
  shell.runSteps();
  shell.send(reset());
  expect(shell.one("reset_done")).toMatchObject({ reset_id: 1, ok: true });
  shell.arrive(promptRequest("b", 8, 1));
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 8 * TOKEN_NS);
});

test("spec §1.10: a running request keeps the cache, and the reset says it failed", () => {
  const shell = new FakeShell();
  shell.arrive(promptRequest("a", 8, 3));
  shell.send(reset());
  expect(shell.take("reset_done")).toEqual([]); // waits for the step under way
  shell.step();
  expect(shell.one("reset_done").ok).toBe(false);
});

test("spec §1.10: reset_running_requests sends the running back to the start", () => {
  const shell = new FakeShell();
  shell.arrive(promptRequest("a", 8, 3));
  shell.send(reset({ running: true }));
  shell.step();
  expect(shell.one("reset_done").ok).toBe(true);
  // 8 prompt tokens and the one said so far are computed again, from nothing.
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 9 * TOKEN_NS);
  shell.runSteps();
  expect(shell.one("finish").reason).toBe("length");
  expect(shell.take("emit_tokens")).toHaveLength(3);
});

test("spec §1.10: without a connector its reset is a success that does nothing", () => {
  const shell = new FakeShell();
  shell.send(reset({ connector: true }));
  expect(shell.one("reset_done").ok).toBe(true);
  expect(shell.take("remove_all")).toEqual([]);
});

test("spec §1.10: the store is wiped after the save under way, and with force", () => {
  const shell = new FakeShell(SAVES_ONLY);
  shell.arrive(promptRequest("a", 8, 1));
  shell.step();
  shell.send(reset({ connector: true }));
  shell.send({ type: "exists_done", op_id: shell.one("exists").op_id, codes: [0, 0] });
  expect(shell.take("remove_all")).toEqual([]);
  shell.send({ type: "put_done", op_id: shell.one("put").op_id, codes: [0, 0] });
  const wipe = shell.one("remove_all");
  expect(wipe.force).toBe(true);
  expect(shell.take("reset_done")).toEqual([]);
  shell.send({ type: "remove_all_done", op_id: wipe.op_id, code: 0, removed: 2 });
  expect(shell.one("reset_done").ok).toBe(true);
});

test("spec §1.10: a wipe that fails is a reset that fails, and one that is done does not mend a local failure", () => {
  for (const [code, max_tokens, ok] of [
    [-900, 1, false],
    [0, 9, false],
    [0, 1, true],
  ] as const) {
    const shell = new FakeShell({ connector: { ...SAVES_ONLY.connector, kv_role: "kv_consumer" } });
    shell.arrive(promptRequest("a", 8, max_tokens));
    shell.step();
    shell.send(reset({ connector: true }));
    if (max_tokens > 1) shell.step();
    shell.send({ type: "remove_all_done", op_id: shell.one("remove_all").op_id, code, removed: 0 });
    expect(shell.one("reset_done").ok).toBe(ok);
  }
});

test("spec sglang: an unforced reset leaves it to the store to keep what is leased", () => {
  const shell = new FakeShell(SAVES_ONLY);
  shell.send(reset({ connector: true, force: false }));
  expect(shell.one("remove_all").force).toBe(false);
});

test("spec verl: an engine that may fall back goes on without a store that could not be wiped", () => {
  const connector = { ...FIXTURE_CONNECTOR, on_reset_failure: "fallback" } as const;
  const shell = new FakeShell({ connector });
  shell.send(reset({ connector: true }));
  shell.send({ type: "remove_all_done", op_id: shell.one("remove_all").op_id, code: -900, removed: 0 });
  expect(shell.one("reset_done").ok).toBe(true);
  shell.arrive(promptRequest("a", 14, 1));
  shell.runSteps();
  expect([...shell.take("exists"), ...shell.take("put")]).toEqual([]);
  expect(shell.one("finish").reason).toBe("length");
});

test("spec §1.10: while the store is being wiped nobody asks it, and what was loading is not used", () => {
  const shell = new FakeShell({ connector: { ...FIXTURE_CONNECTOR, kv_role: "kv_consumer" } });
  shell.arrive(promptRequest("a", 14, 1));
  shell.send({ type: "exists_done", op_id: shell.one("exists").op_id, codes: [1, 1, 1] });
  const get = shell.one("get");
  shell.send(reset({ running: true, connector: true }));
  shell.arrive(promptRequest("b", 8, 1, { seed: 2 }));
  expect(shell.take("exists")).toEqual([]);
  shell.step();
  expect(shell.one("finish").request.request_id).toBe("b");
  shell.send({ type: "get_done", op_id: get.op_id, outcomes: get.keys.map(() => read(256)) });
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 14 * TOKEN_NS);
  expect(shell.one("finish").stages.cached_tokens).toEqual({ hbm: 0, cpu: 0, disk: 0 });
  expect(shell.core.snapshot().recomputed_requests).toBe(0);
  shell.send({ type: "remove_all_done", op_id: shell.one("remove_all").op_id, code: 0, removed: 0 });
  shell.arrive(promptRequest("c", 8, 1, { seed: 3 }));
  expect(shell.take("exists")).toHaveLength(1);
});

test("spec §1.10: what the store said before a wipe is not believed after it", () => {
  const shell = new FakeShell({ connector: { ...FIXTURE_CONNECTOR, kv_role: "kv_consumer" } });
  shell.arrive(promptRequest("a", 14, 1));
  const { op_id } = shell.one("exists");
  shell.send(reset({ connector: true }));
  shell.send({ type: "exists_done", op_id, codes: [1, 1, 1] });
  expect(shell.take("get")).toEqual([]);
  expect(shell.step().duration_ns).toBe(STEP_OVERHEAD_NS + 14 * TOKEN_NS);
});

test("spec verl: new weights are named by the next step and the next load", () => {
  const shell = new FakeShell({ connector: { ...FIXTURE_CONNECTOR, kv_role: "kv_consumer" } });
  shell.send({ type: "weights_updated", weights_version: 8 });
  shell.arrive(promptRequest("a", 8, 1));
  shell.send({ type: "exists_done", op_id: shell.one("exists").op_id, codes: [1] });
  const get = shell.one("get");
  expect(get.weights_version).toBe(8);
  shell.send({ type: "get_done", op_id: get.op_id, outcomes: [read(256)] });
  expect(shell.step().weights_version).toBe(8);
});
