import { expect, test } from "bun:test";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import type { ConnectorConfig } from "./connector_config.ts";
import {
  CollectedOutput,
  FIXTURE_CONNECTOR,
  FIXTURE_NAMESPACE,
  failed,
  hashes,
  read,
} from "./connector_fixture.ts";
import { StoreConnector } from "./store_connector.ts";

// Block 10 of rank 0 is the object m@tp_rank:0@pcp0@dcp0@pp_rank:0@group:0@0000000000000a.
const keyOf = (hash: number, rank = 0): string =>
  `m@tp_rank:${rank}@pcp0@dcp0@pp_rank:0@group:0@${hash.toString(16).padStart(14, "0")}`;

function setup(changes: Partial<ConnectorConfig> = {}): {
  store: StoreConnector<string>;
  out: CollectedOutput;
} {
  const store = new StoreConnector<string>({ ...FIXTURE_CONNECTOR, ...changes }, 256, 7);
  return { store, out: new CollectedOutput() };
}

test("spec §1.3: a lookup asks for every block and tells how many lead", () => {
  const { store, out } = setup();
  const job_id = store.lookup("r", hashes(10, 11), 2, out);
  expect(out.take().effects).toEqual([{ type: "exists", op_id: 1, keys: [keyOf(10), keyOf(11)] }]);
  store.handle({ type: "exists_done", op_id: 1, codes: [1, 0] }, out);
  expect(out.take()).toEqual({
    effects: [],
    notices: [{ type: "lookup_done", job_id, request: "r", hit_blocks: 1 }],
  });
});

test("spec §1.3: a failed lookup is logged and hits nothing", () => {
  const { store, out } = setup();
  const job_id = store.lookup("r", hashes(10), 1, out);
  out.take();
  store.handle({ type: "exists_done", op_id: 1, codes: [-900] }, out);
  expect(out.take()).toEqual({
    effects: [{ type: "log", level: "warning", line: "Remote connection failed in lookup: RPC_FAIL (-900)" }],
    notices: [{ type: "lookup_done", job_id, request: "r", hit_blocks: 0 }],
  });
});

test("a load goes out as one GET that names place, content and weights version of each key", () => {
  const { store, out } = setup();
  store.load("r", "r", hashes(10, 11), [4, 5], out);
  expect(out.take().effects).toEqual([
    {
      type: "get",
      op_id: 1,
      request_id: "r",
      tp_rank: 0,
      keys: [keyOf(10), keyOf(11)],
      hashes: hashes(10, 11),
      block_ids: [4, 5],
      weights_version: 7,
    },
  ]);
  store.handle({ type: "get_done", op_id: 1, outcomes: [read(256), read(256, "disk")] }, out);
  expect(out.take().notices).toEqual([
    { type: "load_done", request: "r", report: { tiers: ["cpu", "disk"], failed: false } },
  ]);
  expect(store.counters.load_bytes).toEqual({ cpu: 256, disk: 256 });
});

// usable = floor(2 × 12288 × 0.9) = 22118: one key of 12288 staging bytes a GET.
const ONE_KEY_A_GET = { enable_offload: true, staging_bytes: 2 * 12_288 } as const;

test("spec §1.5: the GETs of a split load follow one another", () => {
  const { store, out } = setup(ONE_KEY_A_GET);
  store.load("r", "r", hashes(10, 11), [4, 5], out);
  expect(out.take().effects).toMatchObject([{ type: "get", op_id: 1, block_ids: [4] }]);
  store.handle({ type: "get_done", op_id: 1, outcomes: [read(256)] }, out);
  expect(out.take()).toMatchObject({ effects: [{ type: "get", op_id: 2, block_ids: [5] }], notices: [] });
  store.handle({ type: "get_done", op_id: 2, outcomes: [read(256)] }, out);
  expect(out.take().notices).toHaveLength(1);
  expect(store.counters).toMatchObject({ get_batches: 2, get_keys: 2, split_batches: 1 });
});

test("spec §1.5: the first GET with a failed key is the last; the keys behind it are counted as never attempted", () => {
  const { store, out } = setup(ONE_KEY_A_GET);
  store.load("r", "r", hashes(10, 11, 12), [4, 5, 6], out);
  store.handle({ type: "get_done", op_id: 1, outcomes: [failed(-704)] }, out);
  const { effects, notices } = out.take();
  expect(effects.slice(1)).toEqual([
    {
      type: "log",
      level: "warning",
      line: `Failed to get 1 Mooncake keys from sub-batch (batch_keys=1, first_failures=[('${keyOf(10)}', -704)])`,
    },
  ]);
  expect(notices).toEqual([{ type: "load_done", request: "r", report: { tiers: [], failed: true } }]);
  expect(store.counters).toMatchObject({
    get_batches: 1,
    get_keys: 1,
    failed_get_keys: 1,
    unattempted_get_keys: 2,
  });
});

test("blocks behind a failed one of the same GET did not arrive for the engine", () => {
  const { store, out } = setup();
  store.load("r", "r", hashes(10, 11, 12), [4, 5, 6], out);
  store.handle({ type: "get_done", op_id: 1, outcomes: [read(256), failed(-801), read(256)] }, out);
  expect(out.take().notices).toEqual([
    { type: "load_done", request: "r", report: { tiers: ["cpu"], failed: true } },
  ]);
  expect(store.counters.corrupt_reads).toBe(1);
});

test("spec §1.5: a key over the staging budget gives up the load without a GET", () => {
  const { store, out } = setup({ enable_offload: true, staging_bytes: 12_287 });
  store.load("r", "r", hashes(10, 11), [4, 5], out);
  expect(out.take()).toEqual({
    effects: [
      {
        type: "log",
        level: "warning",
        line: `Skipping Mooncake load for request r because key ${keyOf(10)} requires 12288 staging bytes, exceeding budget 12287`,
      },
    ],
    notices: [{ type: "load_done", request: "r", report: { tiers: [], failed: true } }],
  });
  expect(store.counters).toMatchObject({ get_batches: 0, unattempted_get_keys: 2 });
});

test("a cancelled load ends with the GET under way", () => {
  const { store, out } = setup(ONE_KEY_A_GET);
  store.load("r", "r", hashes(10, 11), [4, 5], out);
  store.cancelLoad("r");
  store.handle({ type: "get_done", op_id: 1, outcomes: [read(256)] }, out);
  expect(out.take().notices).toMatchObject([{ type: "load_done", request: "r" }]);
  expect(store.counters.unattempted_get_keys).toBe(0);
});

test("spec §1.6: with the tier log on, each GET writes its line", () => {
  const { store, out } = setup({ ...ONE_KEY_A_GET, tier_log: true });
  store.load("r", "r", hashes(10, 11), [4, 5], out);
  store.handle({ type: "get_done", op_id: 1, outcomes: [read(256)] }, out);
  store.handle({ type: "get_done", op_id: 2, outcomes: [read(256)] }, out);
  const lines = out.take().effects.filter((effect) => effect.type === "log");
  expect(lines).toHaveLength(2);
});

test("spec §1.9: a save puts only what is not surely there", () => {
  const { store, out } = setup({ preferred_segment: "node0:50053" });
  store.save("r", "r", hashes(10, 11, 12), [4, 5, 6], 0, out);
  expect(out.take().effects).toMatchObject([{ type: "exists", op_id: 1 }]);
  store.handle({ type: "exists_done", op_id: 1, codes: [1, 0, -900] }, out);
  expect(out.take().effects).toEqual([
    {
      type: "put",
      op_id: 2,
      request_id: "r",
      tp_rank: 0,
      keys: [keyOf(11), keyOf(12)],
      block_ids: [5, 6],
      config: { ...DEFAULT_REPLICATE_CONFIG, preferred_segments: ["node0:50053"] },
    },
  ]);
  store.handle({ type: "put_done", op_id: 2, codes: [0, -705] }, out); // -705: somebody else put it first
  expect(out.take()).toMatchObject({
    effects: [],
    notices: [{ type: "save_done", save: { request: "r" }, ok: true }],
  });
  expect(store.counters).toMatchObject({ put_batches: 1, put_keys: 2, failed_put_keys: 0 });
});

test("spec §1.9: a save of blocks that are all there ends without a put", () => {
  const { store, out } = setup();
  store.save("r", "r", hashes(10), [4], 0, out);
  store.handle({ type: "exists_done", op_id: 1, codes: [1] }, out);
  expect(out.take().notices).toMatchObject([{ type: "save_done", save: { request: "r" }, ok: true }]);
  expect(store.counters.put_batches).toBe(0);
});

test("spec §1.9: a request that met a full store is skipped without an op until another one's save succeeds", () => {
  const { store, out } = setup();
  store.save("r", "r", hashes(10), [4], 0, out);
  store.handle({ type: "exists_done", op_id: 1, codes: [0] }, out);
  store.handle({ type: "put_done", op_id: 2, codes: [-200] }, out);
  expect(out.take().effects.flatMap((e) => (e.type === "log" ? [e.line] : []))).toEqual([
    `batch_put failed: 1/1 keys failed (codes={-200}, batch_bytes=256, num_keys=1), first_key=${keyOf(10)}`,
    "Detected Mooncake CPU/disk offloading pressure (NO_AVAILABLE_HANDLE); skipping future store batches for request r until a later store batch succeeds",
  ]);
  store.save("r", "r", hashes(11), [5], 0, out);
  expect(out.take()).toMatchObject({
    effects: [],
    notices: [{ type: "save_done", save: { request: "r" }, ok: false }],
  });

  store.save("other", "other", hashes(12), [6], 0, out); // ops 3 and 4
  store.handle({ type: "exists_done", op_id: 3, codes: [0] }, out);
  store.handle({ type: "put_done", op_id: 4, codes: [0] }, out);
  out.take();
  store.save("r", "r", hashes(11), [5], 0, out);
  expect(out.take().effects).toMatchObject([{ type: "exists" }]);
});

test("spec §1.10: a reset waits for the saves before it and wipes before those behind it", () => {
  const { store, out } = setup();
  store.save("a", "a", hashes(10), [4], 0, out); // ops 1 and 3
  const reset_id = store.reset(true, out);
  store.save("b", "b", hashes(11), [5], 0, out);
  store.handle({ type: "exists_done", op_id: 1, codes: [0] }, out);
  expect(out.take().effects.map((effect) => effect.type)).toEqual(["exists", "put"]);
  store.handle({ type: "put_done", op_id: 3, codes: [0] }, out);
  const wipe = out.take();
  expect(wipe.effects).toEqual([{ type: "remove_all", op_id: 4, force: true }]);
  store.handle({ type: "remove_all_done", op_id: 4, code: 0, removed: 1 }, out);
  const after = out.take();
  expect(after.notices).toEqual([{ type: "reset_done", job_id: reset_id, ok: true }]);
  expect(after.effects.map((effect) => effect.type)).toEqual(["log", "exists"]);
});

test("spec §1.10: a failed wipe is reported, and the next reset is unharmed", () => {
  const { store, out } = setup();
  const job_id = store.reset(true, out);
  store.handle({ type: "remove_all_done", op_id: 2, code: -900, removed: 0 }, out);
  const { effects, notices } = out.take();
  expect(notices).toEqual([{ type: "reset_done", job_id, ok: false }]);
  expect(effects.slice(-2)).toMatchObject([
    { type: "log", level: "warning", line: "Mooncake remove_all failed: RPC_FAIL (-900)" },
    { type: "log", level: "warning", line: "Mooncake store reset returned NACK from worker." },
  ]);
  store.reset(true, out);
  expect(out.take().effects).toMatchObject([{ type: "remove_all" }]);
});

test("on a shared executor a load queues behind a save, on its own it does not", () => {
  for (const [executors, ops] of [
    ["shared", ["exists"]],
    ["separate", ["exists", "get"]],
  ] as const) {
    const { store, out } = setup({ executors });
    store.save("a", "a", hashes(10), [4], 0, out);
    store.load("b", "b", hashes(11), [5], out);
    expect(out.take().effects.map((effect) => effect.type)).toEqual([...ops]);
  }
});

const RANK_1 = { ...FIXTURE_NAMESPACE, tp_rank: 1 };
const TWO_NAMESPACES: Partial<ConnectorConfig> = { namespaces: [FIXTURE_NAMESPACE, RANK_1] };

test("with two ranks a block is two objects, each rank reads its own, and the block arrives when both have", () => {
  const { store, out } = setup(TWO_NAMESPACES);
  store.load("r", "r", hashes(10, 11, 12), [4, 5, 6], out); // ops 1 and 2
  // Spec §1.5: rank 1 begins at the second key.
  expect(out.take().effects).toMatchObject([
    { type: "get", tp_rank: 0, keys: [keyOf(10, 0), keyOf(11, 0), keyOf(12, 0)], block_ids: [4, 5, 6] },
    { type: "get", tp_rank: 1, keys: [keyOf(11, 1), keyOf(12, 1), keyOf(10, 1)], block_ids: [5, 6, 4] },
  ]);
  store.handle({ type: "get_done", op_id: 2, outcomes: [read(256), failed(-704), read(256, "disk")] }, out);
  expect(out.take().notices).toEqual([]);
  store.handle({ type: "get_done", op_id: 1, outcomes: [read(256), read(256), read(256)] }, out);
  // Block 10 came from rank 1's disk, block 11 whole, rank 1 lacks block 12.
  expect(out.take().notices).toEqual([
    { type: "load_done", request: "r", report: { tiers: ["disk", "cpu"], failed: true } },
  ]);
  expect(store.counters).toMatchObject({ get_keys: 6, loaded_keys_by_rank: [3, 2] });
});

test("spec §1.5: keys behind a failed GET of one rank are not attempted, those of the others are", () => {
  const { store, out } = setup({ ...TWO_NAMESPACES, ...ONE_KEY_A_GET });
  store.load("r", "r", hashes(10, 11), [4, 5], out); // ops 1 and 2
  store.handle({ type: "get_done", op_id: 2, outcomes: [failed(-704)] }, out); // rank 1, block 11
  store.handle({ type: "get_done", op_id: 1, outcomes: [read(256)] }, out); // rank 0, block 10
  store.handle({ type: "get_done", op_id: 3, outcomes: [read(256)] }, out); // rank 0, block 11
  // Rank 1 never asked for block 10.
  expect(out.take().notices).toMatchObject([{ report: { tiers: [], failed: true } }]);
  expect(store.counters).toMatchObject({ get_batches: 3, unattempted_get_keys: 1 });
});

test("lookup_ranks: min over ranks asks for every rank's object, rank0 for the first one's", () => {
  for (const [lookup_ranks, keys] of [
    ["min_over_ranks", [keyOf(10, 0), keyOf(10, 1)]],
    ["rank0", [keyOf(10, 0)]],
  ] as const) {
    const { store, out } = setup({ ...TWO_NAMESPACES, lookup_ranks });
    store.lookup("r", hashes(10), 1, out);
    expect(out.take().effects).toMatchObject([{ type: "exists", keys: [...keys] }]);
    store.handle({ type: "exists_done", op_id: 1, codes: keys.map((_, rank) => 1 - rank) }, out);
    expect(out.take().notices).toMatchObject([{ hit_blocks: lookup_ranks === "rank0" ? 1 : 0 }]);
  }
});

test("spec §1.2: ranks of one KV head take turns, so that each block is put once", () => {
  const { store, out } = setup({ put_step: 2 });
  store.save("r", "r", hashes(7, 8, 9, 10, 11, 12), [4, 5, 6], 3, out); // blocks 3, 4 and 5 of the prompt
  expect(out.take().effects).toMatchObject([{ keys: [keyOf(11)] }, { keys: [keyOf(10), keyOf(12)] }]);
  store.handle({ type: "exists_done", op_id: 1, codes: [0] }, out);
  store.handle({ type: "exists_done", op_id: 2, codes: [0, 0] }, out);
  expect(out.take().effects).toMatchObject([
    { type: "put", tp_rank: 0, block_ids: [5] },
    { type: "put", tp_rank: 1, block_ids: [4, 6] },
  ]);
  store.handle({ type: "put_done", op_id: 3, codes: [0] }, out);
  expect(out.take().notices).toEqual([]);
  store.handle({ type: "put_done", op_id: 4, codes: [0, -800] }, out);
  expect(out.take().notices).toMatchObject([{ type: "save_done", save: { request: "r" }, ok: false }]);
  expect(store.counters.put_keys_by_rank).toEqual([1, 1]);
});

test("back-pressure is a rank's own", () => {
  const { store, out } = setup(TWO_NAMESPACES);
  store.save("r", "r", hashes(10), [4], 0, out); // ops 1 and 2
  store.handle({ type: "exists_done", op_id: 1, codes: [0] }, out);
  store.handle({ type: "exists_done", op_id: 2, codes: [0] }, out);
  store.handle({ type: "put_done", op_id: 3, codes: [-200] }, out);
  store.handle({ type: "put_done", op_id: 4, codes: [0] }, out);
  out.take();
  store.save("r", "r", hashes(10, 11), [5], 1, out);
  expect(out.take().effects).toMatchObject([{ type: "exists", keys: [keyOf(11, 1)] }]);
});

test("spec §1.10: a reset wipes once, when every rank has done the saves before it", () => {
  const { store, out } = setup(TWO_NAMESPACES);
  store.save("a", "a", hashes(10), [4], 0, out); // ops 1 and 2
  const reset_id = store.reset(true, out);
  store.handle({ type: "exists_done", op_id: 1, codes: [1] }, out);
  expect(out.take().effects.map((effect) => effect.type)).toEqual(["exists", "exists"]);
  store.handle({ type: "exists_done", op_id: 2, codes: [1] }, out);
  expect(out.take().effects).toEqual([{ type: "remove_all", op_id: 4, force: true }]);
  store.save("b", "b", hashes(11), [5], 0, out);
  store.handle({ type: "remove_all_done", op_id: 4, code: 0, removed: 2 }, out);
  const after = out.take();
  expect(after.notices).toEqual([{ type: "reset_done", job_id: reset_id, ok: true }]);
  expect(after.effects.map((effect) => effect.type)).toEqual(["log", "exists", "exists"]);
});

test("spec §1.1 enable_group_semantics: the shards of a block are put as one group, whichever rank puts them", () => {
  const { store, out } = setup({ ...TWO_NAMESPACES, group_semantics: true });
  store.save("r", "r", hashes(10, 11), [4, 5], 0, out); // ops 1 and 2
  store.handle({ type: "exists_done", op_id: 1, codes: [1, 0] }, out); // rank 0 has block 10 already
  store.handle({ type: "exists_done", op_id: 2, codes: [0, 0] }, out);
  const group = (hash: string): string => `vllm-mooncake-store:m@${hash.padStart(14, "0")}`;
  expect(out.take().effects.slice(2)).toMatchObject([
    { type: "put", keys: [keyOf(11, 0)], config: { group_ids: [group("b")] } },
    { type: "put", keys: [keyOf(10, 1), keyOf(11, 1)], config: { group_ids: [group("a"), group("b")] } },
  ]);
});
