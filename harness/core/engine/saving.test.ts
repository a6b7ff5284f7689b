import { expect, test } from "bun:test";
import { FIXTURE_CONNECTOR, failed, read } from "../connector/connector_fixture.ts";
import { FakeShell, promptRequest } from "./engine_fixture.ts";

const SAVES_ONLY = { connector: { ...FIXTURE_CONNECTOR, enable_lookup: false } } as const;

test("full prompt blocks are saved after the step that completes them, answers are not", () => {
  const shell = new FakeShell({ ...SAVES_ONLY, max_num_batched_tokens: 8 });
  shell.arrive(promptRequest("r", 14, 6));
  shell.step(); // tokens 0–7: blocks 0 and 1
  const first = shell.one("exists");
  expect(first.keys).toHaveLength(2);
  shell.step(); // 8–13: block 2
  shell.send({ type: "exists_done", op_id: first.op_id, codes: [1, 1] });
  expect(shell.one("exists").keys).toHaveLength(1);
  shell.runSteps();
  expect(shell.take("exists")).toEqual([]);
});

test("blocks that the lookup found are not saved again", () => {
  const shell = new FakeShell({
    connector: { ...FIXTURE_CONNECTOR, min_load_tokens: 100 }, // found, but too few to load
  });
  shell.arrive(promptRequest("r", 14, 1));
  shell.send({ type: "exists_done", op_id: shell.one("exists").op_id, codes: [1, 1, 0] });
  shell.step();
  expect(shell.one("exists").keys).toHaveLength(1);
});

test("blocks of a save stay as they are until the put is done, though their request is gone", () => {
  const shell = new FakeShell({ ...SAVES_ONLY, num_hbm_blocks: 4 });
  shell.arrive(promptRequest("a", 12, 1));
  shell.step();
  shell.one("finish");
  const { op_id } = shell.one("exists");
  shell.arrive(promptRequest("b", 8, 1, { seed: 2 })); // needs 2 of 4 blocks; 3 are pinned
  expect(shell.take("step")).toEqual([]);
  shell.send({ type: "exists_done", op_id, codes: [0, 0, 0] });
  const put = shell.one("put");
  expect(shell.take("step")).toEqual([]);
  shell.send({ type: "put_done", op_id: put.op_id, codes: [0, 0, 0] });
  const { fills } = shell.step();
  // The free block first, then the tail of the saved ones.
  expect(fills.map((fill) => fill.block_id)).not.toContain(put.block_ids[0] as number);
  expect(fills[1]?.block_id).toBe(put.block_ids[2] as number);
});

test("a range whose put failed is offered again with the next one", () => {
  const shell = new FakeShell({ ...SAVES_ONLY, max_num_batched_tokens: 8 });
  shell.arrive(promptRequest("r", 14, 1));
  shell.step();
  const first = shell.one("exists");
  shell.send({ type: "exists_done", op_id: first.op_id, codes: [0, 0] });
  shell.send({ type: "put_done", op_id: shell.one("put").op_id, codes: [0, -800] });
  shell.step();
  expect(shell.one("exists").keys).toHaveLength(3);
  expect(shell.core.snapshot()).toMatchObject({ put_keys: 2, failed_put_keys: 1 });
});

test("blocks that a load did not bring are saved after they are computed", () => {
  const shell = new FakeShell({ connector: FIXTURE_CONNECTOR });
  shell.arrive(promptRequest("r", 14, 1));
  shell.send({ type: "exists_done", op_id: shell.one("exists").op_id, codes: [1, 1, 1] });
  const outcomes = [read(256), failed(-704), failed(-704)];
  shell.send({ type: "get_done", op_id: shell.one("get").op_id, outcomes });
  shell.step();
  expect(shell.one("exists").keys).toHaveLength(2);
});

test("a consumer saves nothing", () => {
  const shell = new FakeShell({ connector: { ...SAVES_ONLY.connector, kv_role: "kv_consumer" } });
  shell.arrive(promptRequest("r", 14, 1));
  shell.runSteps();
  expect(shell.take("exists")).toEqual([]);
});
