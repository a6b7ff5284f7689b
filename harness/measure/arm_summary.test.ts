import { expect, test } from "bun:test";
import type { ArmRun } from "./arm_run.ts";
import { type ArmInput, summariseArm } from "./arm_summary.ts";
import { isAvailable } from "./measured.ts";
import { FAILED, requestRecord } from "./request_fixture.ts";
import { engineScrape, masterScrape } from "./scrape_fixture.ts";

const MS = 1_000_000;

function arm(runs: readonly ArmRun[]): ArmInput {
  const head = {
    name: "local",
    factors: { preferred_segment: "local" },
    block_tokens: 16,
    keys_per_block: 1,
  };
  return { ...head, theoretical_hit_ratio: 0.8, runs };
}

function run(overrides: Partial<ArmRun>): ArmRun {
  return {
    pair_index: 0,
    duration_ns: 2e9,
    records: [requestRecord()],
    scrapes: [],
    faults: [],
    ...overrides,
  };
}

test("requests of all pairs are pooled; failures are errors and nothing else", () => {
  const slow = { first_token_ns: 300 * MS, last_token_ns: 330 * MS };
  const summary = summariseArm(
    arm([
      run({ records: [requestRecord(), requestRecord({ ...slow, ...FAILED })] }),
      run({ pair_index: 1, records: [requestRecord(slow)], faults: ["owner-1 killed"] }),
    ]),
  );
  expect(summary).toMatchObject({ requests: 3, errors: 1, duration_s: 4 });
  expect(summary.metrics.ttft_ms).toMatchObject({ n: 2, mean: 200, p50: 200, max: 300 });
  // 2 finished × 1,000 prompt and 4 output tokens over 4 s
  expect(summary.throughput).toEqual({
    requests_per_s: 0.5,
    input_tokens_per_s: 500,
    output_tokens_per_s: 2,
  });
  expect(summary.faults).toEqual(["pair 1: owner-1 killed"]);
});

test("errors are told apart by their code, the most first, and rejections are none of them", () => {
  const coded = (code: "timeout" | "connection" | "rejected") =>
    requestRecord({ error: { code, detail: "" } });
  const records = [coded("timeout"), coded("connection"), coded("connection"), coded("rejected")];
  const { errors, errors_by_code } = summariseArm(arm([run({ records })]));
  expect(errors).toBe(3);
  expect(JSON.stringify(errors_by_code)).toBe('{"connection":2,"timeout":1}');
  expect(summariseArm(arm([run({})])).errors_by_code).toBeUndefined();
});

test("a request that admission control refused is rejected, not an error, and the ledger needs no excuse for it", () => {
  const rejected = { ...FAILED, error: { code: "rejected" as const, detail: "429: later" } };
  const summary = summariseArm(arm([run({ records: [requestRecord(), requestRecord(rejected)] })]));
  expect(summary).toMatchObject({ requests: 2, rejected: 1, errors: 0 });
  expect(summary.metrics.ttft_ms).toMatchObject({ n: 1 });
  // What the admitted repeat may be more than what all of them do.
  expect(isAvailable(summary.tiers.theoretical_hit_ratio)).toBe(false);
});

test("hit ratios are token-weighted and what is not hit is missed", () => {
  const summary = summariseArm(
    arm([
      run({
        records: [
          requestRecord({ input_tokens: 3000, cached_tokens: { hbm: 300, cpu: 600, disk: 0 }, load_ms: 4 }),
          requestRecord({ input_tokens: 1000, cached_tokens: { hbm: 0, cpu: 100, disk: 500 }, load_ms: 20 }),
        ],
      }),
    ]),
  );
  expect(summary.tiers.hbm).toMatchObject({ hit_tokens: 300, hit_ratio: 0.075 }); // 300 / 4000
  expect(summary.tiers.cpu).toMatchObject({ hit_tokens: 700, hit_ratio: 0.175, load_ms_p50: 4 });
  expect(summary.tiers.disk).toMatchObject({ hit_tokens: 500, hit_ratio: 0.125, load_ms_p50: 20 });
  expect(summary.tiers.miss).toEqual({ tokens: 2500, ratio: 0.625 });
  expect(summary.tiers.theoretical_hit_ratio).toBe(0.8);
});

test("bytes and store counters come from the processes and are summed over pairs", () => {
  const engine = engineScrape("prefill-0", "prefill", {
    "tierbench:load_bytes{cpu}": 1000,
    "tierbench:load_bytes{disk}": 0,
    "tierbench:get_batches": 5,
    "tierbench:split_batches": 1,
    "tierbench:stale_reads": 0,
    "tierbench:recomputed_requests": 2,
    "tierbench:failed_pulls": 1,
    "tierbench:store_local_put_keys": 30,
    "tierbench:store_remote_put_keys": 10,
    "tierbench:store_remote_read_bytes": 600,
  });
  const scrapes = [engine, masterScrape({ master_evicted_key_count: 7 })];
  const summary = summariseArm(arm([run({ scrapes }), run({ pair_index: 1, scrapes })]));
  expect(summary.tiers.cpu.bytes).toBe(2000);
  expect(summary.tiers.disk.bytes).toBe(0);
  expect(summary.store).toMatchObject({
    get_batches: 10,
    split_batches: 2,
    evicted_keys: 14,
    remote_read_bytes: 1200,
    local_put_ratio: 0.75,
  });
  expect(summary.stale_reads).toBe(0);
  expect(summary.faults).toEqual([
    "4 requests lost a load from the store and computed the blocks again",
    "2 pulls of a prefill engine's blocks failed (corrupt, gone or no longer held) and the prompts were computed again",
  ]);
});

test("what nobody counted is n/a with a reason, never 0", () => {
  const summary = summariseArm(
    arm([run({ records: [requestRecord({ cached_tokens: null, output_tokens: 1 })] })]),
  );
  expect(summary.metrics.tpot_ms).toEqual({ na: "no request has a tpot_ms" });
  expect(summary.tiers.cpu.hit_ratio).toEqual({ na: "1 of 1 responses did not report cached tokens" });
  expect(summary.store.get_keys).toEqual({ na: "no process exports tierbench:get_keys" });
  expect(summary.stale_reads).toHaveProperty("na");
  expect(summary.tiers.hbm.bytes).toEqual({ na: "HBM hits move no bytes" });
});

test("an arm without requests has no figures", () => {
  const summary = summariseArm(arm([run({ records: [] })]));
  expect(summary.requests).toBe(0);
  expect(summary.metrics.ttft_ms).toHaveProperty("na");
  expect(summary.tiers.miss.ratio).toHaveProperty("na");
  expect(summary.turns).toEqual([]);
});

test("turns are summarised apart, in order", () => {
  const records = [
    requestRecord({ turn_index: 1, first_token_ns: 40 * MS, cached_tokens: { hbm: 0, cpu: 900, disk: 0 } }),
    requestRecord({ turn_index: 0 }),
    requestRecord({ turn_index: 1, first_token_ns: 60 * MS, cached_tokens: { hbm: 0, cpu: 700, disk: 0 } }),
  ];
  const [first, second] = summariseArm(arm([run({ records })])).turns;
  expect(first).toMatchObject({ turn_index: 0, requests: 1, ttft_ms_mean: 100 });
  expect(second).toMatchObject({
    turn_index: 1,
    requests: 2,
    ttft_ms_mean: 50,
    hit_ratio: { cpu: 0.8, disk: 0 },
  });
});

test("stages leave a remainder of TTFT that is shown, and a stage that nobody reports is n/a", () => {
  // TTFT 100 − queue 10 − load 20 − prefill 50 = 20, twice; the load is from disk once, once from memory.
  const stamps = { queue_ms: 10, load_ms: 20, prefill_ms: 50 };
  const records = [
    requestRecord({ ...stamps, cached_tokens: { hbm: 0, cpu: 64, disk: 16 } }),
    requestRecord({ ...stamps, cached_tokens: { hbm: 16, cpu: 64, disk: 0 } }),
  ];
  const stages = new Map(
    summariseArm(arm([run({ records })])).stages.map(({ stage, mean_ms }) => [stage, mean_ms]),
  );
  expect([...stages.keys()]).toEqual([
    ...["queue", "lookup", "load_cpu", "load_disk", "prefill", "handover", "other"],
  ]);
  expect([stages.get("load_cpu"), stages.get("load_disk")]).toEqual([10, 10]);
  expect(stages.get("prefill")).toBe(50);
  expect(stages.get("other")).toBe(20);
  expect(stages.get("lookup")).toEqual({ na: "no response reports lookup_ms" });
});

test("a load that brought nothing is a stage of its own", () => {
  const records = [requestRecord({ load_ms: 20 })];
  const stages = summariseArm(arm([run({ records })])).stages;
  expect(stages.find(({ stage }) => stage === "load_lost")?.mean_ms).toBe(20);
});

test("what a pool of an engine's own evicted is told where no master is", () => {
  const engine = engineScrape("engine-0", "both", {
    "tierbench:native_cpu_keys": 4,
    "tierbench:native_evicted_keys": 9,
    "tierbench:native_offloaded_keys": 5,
  });
  const summary = summariseArm(arm([run({ scrapes: [engine] })]));
  expect(summary.store).toMatchObject({ evicted_keys: 9, offloaded_keys: 5 });
});
