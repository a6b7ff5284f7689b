import { expect, test } from "bun:test";
import type { DataPlane } from "../../../native/ffi/data_plane.ts";
import { VirtualClock } from "../../clock/virtual_clock.ts";
import type { EngineEffect, EngineEvent, EngineRequest } from "../../core/engine/engine_api.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import type { RemoteKv } from "../../domain/kv_transfer.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { BlockShards } from "../block_shards.ts";
import {
  FAKE_CORE,
  FAKE_HBM,
  FAKE_STAGES,
  FAKE_TIMELINE,
  FakeMachine,
  FakePlane,
} from "../fake_engine_fixture.ts";
import { NodePaths } from "../node_paths.ts";
import type { EngineOutcome } from "./engine_listener.ts";
import { EnginePulls } from "./engine_pulls.ts";
import { EngineShell } from "./engine_shell.ts";

const REQUEST: EngineRequest = {
  request_id: "r",
  prompt_tokens: 6,
  prompt_block_hashes: [11 as BlockHash],
  tail_token_ids: [5, 6],
  max_tokens: 2,
  do_remote_decode: false,
  remote: null,
  transfer_id: null,
};

const REMOTE: RemoteKv = {
  transfer_id: "t",
  remote_engine: "prefill-0",
  remote_node: "node1",
  remote_block_ids: [3, 4],
  shm_path: "/dev/shm/remote",
  generation: 9,
  release_address: "unix:/tmp/none",
  prompt_tokens: 6,
  stages: FAKE_STAGES,
};

const SHARDS = new BlockShards(FAKE_HBM, FAKE_CORE.ranks, 77);

function shellOf(
  machine: FakeMachine,
  plane: DataPlane,
  clock: VirtualClock,
  remote_holds = true,
): EngineShell {
  const log = (): void => {};
  const links = {
    reserve: (_s: string, _d: string, bytes: number, now_ns: number) => now_ns + bytes,
    close() {},
  };
  const holds = { isHeld: async () => remote_holds, release: async () => {} };
  const pulls = new EnginePulls({
    core: FAKE_CORE,
    plane,
    paths: new NodePaths(FAKE_CORE.node, plane, null),
    shards: SHARDS,
    links,
    holds,
    clock,
    log,
  });
  return new EngineShell({
    machine,
    core: FAKE_CORE,
    plane,
    shards: SHARDS,
    hbm_key: null,
    release_address: "unix:/tmp/engine-0",
    store_ops: null,
    pulls,
    holds,
    clock,
    log,
  });
}

/** Effects for the first event of each type named; nothing for the others. */
function script(effects: { readonly [Type in EngineEvent["type"]]?: readonly EngineEffect[] }): FakeMachine {
  const left = new Map(Object.entries(effects));
  return new FakeMachine((event) => {
    const now = left.get(event.type) ?? [];
    left.delete(event.type);
    return now;
  });
}

async function settle(machine: FakeMachine, type: EngineEvent["type"]): Promise<EngineEvent> {
  for (;;) {
    const event = machine.events.find((candidate) => candidate.type === type);
    if (event !== undefined) return event;
    await Promise.resolve();
  }
}

test("a step fills its blocks and waits for its modelled time from when it was decided", async () => {
  const plane = new FakePlane();
  const clock = new VirtualClock();
  await clock.advanceTo(1_000);
  const hash = 11 as BlockHash;
  const machine = script({
    request_arrived: [
      {
        type: "step",
        step_id: 1,
        started_ns: 0,
        duration_ns: 500,
        fills: [{ block_id: 2, hash }],
        weights_version: 4,
      },
    ],
  });
  shellOf(machine, plane, clock).submit(REQUEST, { tokens() {}, finished() {} });
  expect(await settle(machine, "step_done")).toEqual({ type: "step_done", step_id: 1 });
  const identity = { model_id: 77, hash, weights_version: 4 };
  // Block 2 of 1024 bytes begins at 2048; 1000 + 500 = 1500.
  expect(plane.batches).toEqual([
    [
      { kind: "fill", region: FAKE_HBM, offset: 2048, bytes: 1024, identity },
      { kind: "wait_until", deadline_ns: 1_500 },
    ],
  ]);
});

test("a step that ends late is counted as an overrun of the harness", async () => {
  const clock = new VirtualClock();
  class SlowPlane extends FakePlane {
    override async submit(ops: Parameters<DataPlane["submit"]>[0]): ReturnType<DataPlane["submit"]> {
      await clock.advanceTo(800); // 300 past the deadline of 500
      return super.submit(ops);
    }
  }
  const machine = script({
    request_arrived: [
      { type: "step", step_id: 1, started_ns: 0, duration_ns: 500, fills: [], weights_version: 1 },
    ],
  });
  const shell = shellOf(machine, new SlowPlane(), clock);
  shell.submit(REQUEST, { tokens() {}, finished() {} });
  await settle(machine, "step_done");
  expect(shell.stepCounts()).toEqual({
    timed_steps: 1,
    step_modelled_ns: 500,
    step_overrun_ns: 300,
    step_overrun_ns_max: 300,
  });
});

/** A full block and the partial one behind it. */
const PULL: EngineEffect = {
  type: "pull",
  op_id: 5,
  request_id: "r",
  remote: REMOTE,
  remote_block_ids: [3, 4],
  block_ids: [8, 9],
  hashes: [11 as BlockHash, null],
  weights_version: 2,
};

test("a pull from a hold that no longer stands fails as a whole, whatever its blocks say", async () => {
  for (const code of ["ok", "stale", "corrupt"] as const) {
    const machine = script({ request_arrived: [PULL] });
    const plane = new FakePlane(() => code);
    shellOf(machine, plane, new VirtualClock(), false).submit(REQUEST, { tokens() {}, finished() {} });
    const codes = [STORE_CODE.TRANSFER_FAIL, STORE_CODE.TRANSFER_FAIL];
    expect(await settle(machine, "pull_done")).toEqual({ type: "pull_done", op_id: 5, codes, stale: 0 });
  }
});

test("a pull copies over the link and checks every block that has a hash", async () => {
  const plane = new FakePlane((op) => (op.kind === "copy" && op.verify !== null ? "corrupt" : "ok"));
  const clock = new VirtualClock();
  const machine = script({ request_arrived: [PULL] });
  shellOf(machine, plane, clock).submit(REQUEST, { tokens() {}, finished() {} });
  expect(await settle(machine, "pull_done")).toEqual({
    type: "pull_done",
    op_id: 5,
    codes: [STORE_CODE.CHECKSUM_MISMATCH, STORE_CODE.OK],
    stale: 0,
  });
  const from = { region_id: 2, shm_path: "/dev/shm/remote", bytes: 1 << 20, generation: 9 };
  // Both blocks are one booking of 2 × 1024 bytes, which the fake link ends at now + bytes = 2048.
  const shared = { kind: "copy", from, to: FAKE_HBM, bytes: 1024, earliest_done_ns: 2048 } as const;
  const verify = { model_id: 77, hash: 11 as BlockHash, weights_version: 2 };
  expect(plane.batches).toEqual([
    [
      { ...shared, from_offset: 3072, to_offset: 8192, verify },
      { ...shared, from_offset: 4096, to_offset: 9216, verify: null },
    ],
  ]);
});

test("tokens and the end go to the request's listener, with where its blocks are kept", () => {
  const machine = script({
    request_arrived: [
      { type: "emit_tokens", request: REQUEST, token_ids: [21] },
      {
        type: "finish",
        request: REQUEST,
        reason: "length",
        detail: null,
        stages: FAKE_STAGES,
        timeline: FAKE_TIMELINE,
        held: { transfer_id: "t", block_ids: [1, 2] },
      },
    ],
  });
  const shell = shellOf(machine, new FakePlane(), new VirtualClock());
  const tokens: number[] = [];
  const outcomes: EngineOutcome[] = [];
  shell.submit(REQUEST, {
    tokens: (ids) => void tokens.push(...ids),
    finished: (outcome) => void outcomes.push(outcome),
  });
  expect(tokens).toEqual([21]);
  expect(outcomes[0]?.remote).toEqual({
    transfer_id: "t",
    remote_engine: "engine-0",
    remote_node: "node0",
    remote_block_ids: [1, 2],
    shm_path: "/dev/shm/fake",
    generation: 7,
    release_address: "unix:/tmp/engine-0",
    prompt_tokens: 6,
    stages: FAKE_STAGES,
  });
  shell.abort("r"); // has ended
  expect(machine.events.map((event) => event.type)).toEqual(["request_arrived"]);
});

test("the core is ticked at its deadline, and not after stop", async () => {
  const clock = new VirtualClock();
  const machine = script({});
  const shell = shellOf(machine, new FakePlane(), clock);
  machine.deadline_ns = 500;
  shell.dispatch({ type: "weights_updated", weights_version: 2 });
  machine.deadline_ns = null;
  await clock.advanceTo(499);
  expect(machine.events.length).toBe(1);
  await clock.advanceTo(500);
  expect((await settle(machine, "tick")).type).toBe("tick");

  machine.deadline_ns = 900;
  shell.dispatch({ type: "weights_updated", weights_version: 3 });
  shell.stop();
  await clock.advanceTo(1_000);
  expect(machine.events.filter((event) => event.type === "tick").length).toBe(1);
});

const SCOPE = { reset_running_requests: false, reset_connector: false, force: true } as const;

test("a reset ends with what the core says", async () => {
  const machine = new FakeMachine((event) =>
    event.type === "reset_prefix_cache"
      ? [{ type: "reset_done", reset_id: event.reset_id, ok: event.reset_connector }]
      : [],
  );
  const shell = shellOf(machine, new FakePlane(), new VirtualClock());
  expect(await shell.resetPrefixCache({ ...SCOPE, reset_connector: true })).toBe(true);
  expect(await shell.resetPrefixCache({ ...SCOPE, reset_running_requests: true })).toBe(false);
  expect(machine.events[1]).toMatchObject({ reset_running_requests: true, reset_connector: false });
});
