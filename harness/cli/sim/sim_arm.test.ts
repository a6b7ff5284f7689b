import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { renderPerfettoTrace } from "../../../reports/perfetto/perfetto_trace.ts";
import type { TraceEvent } from "../../../reports/perfetto/trace_event.ts";
import { traceProblems } from "../../../reports/perfetto/trace_problems.ts";
import { generateSessions } from "../../../workloads/generate.ts";
import type { ArmConfig } from "../../config/arm_config.ts";
import { parseArmConfig } from "../../config/arm_schema.ts";
import { TIER_PRESSURE } from "../../config/presets/tier_pressure.ts";
import { findGpuProfile } from "../../config/profiles/gpus.ts";
import { findModelProfile } from "../../config/profiles/models.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import type { Session } from "../../domain/session.ts";
import { TIERS } from "../../domain/tier.ts";
import { parseTopology } from "../../domain/topology.ts";
import { nsToMs } from "../../domain/units.ts";
import { armCounter } from "../../measure/arm_scrapes.ts";
import { balanceLedger } from "../../measure/ledger.ts";
import { STORE_CLIENT_SERIES } from "../../measure/metric_names.ts";
import { LAPTOP_HOST } from "../../sim/host_profile.ts";
import { fuzzOptions } from "./fuzz_run.ts";
import { drawScenario } from "./fuzz_scenario.ts";
import { makeSimulation, runSimArm, type SimArmOptions } from "./sim_arm.ts";

function armOptions(
  topology: string,
  input: object,
  sessions: readonly Session[] | null = null,
): SimArmOptions {
  const config = expectOk(parseArmConfig({ topology, ...input }));
  return {
    arm: { name: "only", factors: {}, config },
    pair_index: 0,
    seed: 5,
    sessions: sessions ?? expectOk(generateSessions(config.workload, 5)),
    topology: expectOk(parseTopology(topology)),
    profiles: {
      model: expectOk(findModelProfile(config.engine.model)),
      gpu: expectOk(findGpuProfile(config.engine.gpu)),
    },
    onRecord: () => {},
  };
}

/** Settings that a bench would refuse. */
function withConfig(
  options: SimArmOptions,
  engine: Partial<ArmConfig["engine"]>,
  load: Partial<ArmConfig["load"]>,
): SimArmOptions {
  const { config } = options.arm;
  const changed = {
    ...config,
    engine: { ...config.engine, ...engine },
    load: { ...config.load, ...load },
  };
  return { ...options, arm: { ...options.arm, config: changed } };
}

function expectOk<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function pressure(tiers: string, connector: object = {}): SimArmOptions {
  const { store } = TIER_PRESSURE.input;
  // Another engine for every turn, so that hits have to come from the store.
  return armOptions("3p1d", {
    ...TIER_PRESSURE.input,
    store: { ...store, tiers },
    connector,
    router: { policy: "round_robin" },
  });
}

for (const tiers of ["hbm", "hbm+cpu", "hbm+cpu+disk"]) {
  test(`with tiers ${tiers} client, engines and store count the same, and each of its tiers serves hits`, async () => {
    const options = pressure(tiers);
    const { run, load, cold_start } = await runSimArm(options);
    const ledger = balanceLedger({ runs: [run], block_tokens: 16, keys_per_block: 1 });
    expect(ledger.rows.filter((row) => !row.agrees)).toEqual([]);
    for (const tier of TIERS) {
      const hit_tokens = run.records.reduce(
        (sum, { cached_tokens }) => sum + (cached_tokens?.[tier] ?? 0),
        0,
      );
      expect([tier, hit_tokens > 0]).toEqual([tier, tiers.split("+").includes(tier)]);
    }
    expect(load).toMatchObject({ finished_requests: 96, failed_requests: 0, not_sent_requests: 0 });
    expect(cold_start).toMatchObject({ key_count: 0, allocated_bytes: 0, disk_files: 0 });
  });
}

for (const [type, remote] of [
  ["mooncake", true],
  ["native", false],
] as const) {
  test(`a prefix of another engine is ${remote ? "read from" : "never read through"} a ${type} store, and the ledger balances`, async () => {
    const { run } = await runSimArm(pressure("hbm+cpu+disk", { type }));
    const ledger = balanceLedger({ runs: [run], block_tokens: 16, keys_per_block: 1 });
    expect(ledger.rows.filter((row) => !row.agrees)).toEqual([]);
    const read = (tier: "cpu" | "disk"): boolean =>
      run.records.some(({ cached_tokens }) => (cached_tokens?.[tier] ?? 0) > 0);
    expect([read("cpu"), read("disk")]).toEqual([true, true]);
    const { remote_read_bytes } = STORE_CLIENT_SERIES;
    expect(armCounter([run], "prompt_engines", remote_read_bytes) === 0).toBe(!remote);
    expect(run.scrapes.some(({ kind }) => kind === "master" || kind === "owner")).toBe(remote);
  });
}

test("with four ranks the ledger balances rank by rank, and every rank loads and puts", async () => {
  // Qwen3-0.6B has 8 KV heads, two a rank. Tokens of 4 KiB, as without ranks.
  const options = pressure("hbm+cpu+disk");
  const { engine } = options.arm.config;
  const ranked = withConfig(
    { ...options, profiles: { ...options.profiles, model: expectOk(findModelProfile("qwen3-0.6b")) } },
    { ...engine, model: "qwen3-0.6b", tp_size: 4, kv_scale: 1 / 28 },
    {},
  );
  const { run, load } = await runSimArm(ranked);
  const ledger = balanceLedger({ runs: [run], block_tokens: 16, keys_per_block: 4 });
  expect(ledger.rows.filter((row) => !row.agrees)).toEqual([]);
  expect(load.failed_requests).toBe(0);
  for (const series of ["loaded_keys_by_rank", "put_keys_by_rank"]) {
    const ofRank = (rank: number): number =>
      run.scrapes.reduce(
        (sum, { after }) => sum + (after?.sum(`tierbench:${series}`, { rank: `${rank}` }) ?? 0),
        0,
      );
    expect([series, ofRank(0) > 0, ofRank(3) > 0]).toEqual([series, true, true]);
  }
});

test("requests that would miss an SLO are rejected, which is no failure, and the rest balances", async () => {
  const options = armOptions("2e", {
    router: { policy: "kv_aware", ttft_slo_ms: 150 },
    load: { arrivals: "poisson", rate_per_s: 20 },
  });
  const { run } = await runSimArm(options);
  const codes = new Set(run.records.map(({ error }) => error?.code ?? "served"));
  expect([...codes].sort()).toEqual(["rejected", "served"]);
  const ledger = balanceLedger({ runs: [run], block_tokens: 16, keys_per_block: 1 });
  expect(ledger.rows.filter((row) => !row.agrees)).toEqual([]);
});

const IMPATIENT = armOptions("1p1d", { load: { request_timeout_ms: 250, concurrency: 4 } });

/** Some 50,000 events. */
const long_run = armOptions("2e", {
  workload: { name: "multi_turn", sessions: 1_000, turns: 2, input_tokens: 256, output_tokens: 4 },
});

test("a run that is interrupted ends early, with the records that it has", async () => {
  const interrupt = new AbortController();
  const { signal } = interrupt;
  const options = { ...long_run, signal, onRecord: () => interrupt.abort() };
  const { run, load } = await runSimArm(options);
  expect(load).toMatchObject({ interrupted: true, finished_requests: run.records.length });
  expect(run.records.length).toBeWithin(1, load.planned_requests);
  expect(load.not_sent_requests).toBeGreaterThan(0);
});

test("a run tells how far it is, up to a while before its end", async () => {
  const told: number[] = [];
  const { load } = await runSimArm({
    ...long_run,
    onProgress: ({ finished_requests }) => told.push(finished_requests),
  });
  expect(told.length).toBeGreaterThan(1);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBeWithin(1, load.finished_requests + 1);
});

test("the same seed gives the same records, byte for byte", async () => {
  const first = await runSimArm(pressure("hbm+cpu+disk"));
  const second = await runSimArm(pressure("hbm+cpu+disk"));
  expect(JSON.stringify(second)).toBe(JSON.stringify(first));
});

for (const [name, options] of [
  ["one that uses every tier", pressure("hbm+cpu+disk")],
  [
    "one whose engines wait for lookups",
    armOptions("2e", { ...TIER_PRESSURE.input, connector: { lookup_async: false } }),
  ],
  [
    "one whose engines wait for loads",
    armOptions("2e", { ...TIER_PRESSURE.input, connector: { load_async: false } }),
  ],
  [
    "one whose engines preempt",
    withConfig(armOptions("2e", {}), { num_hbm_blocks: 150 }, { concurrency: 16 }),
  ],
  ["one whose clients run out of patience", IMPATIENT],
] as const) {
  test(`decode steps that go out as runs change nothing in a scenario: ${name}`, async () => {
    const fused = await runSimArm(options);
    const single = await runSimArm({ ...options, fuse_decode_steps: false });
    expect(JSON.stringify(fused.run)).toBe(JSON.stringify(single.run));
  });
}

/** 5462 waits for loads with a batch that decodes. By id: two that end in one instant may end in either order. */
test("decode steps that go out as runs change no record of what the fuzzer draws", async () => {
  const records = async (options: SimArmOptions): Promise<RequestRecord[]> => {
    const { run } = await runSimArm(options);
    return run.records.toSorted((a, b) => (a.request_id < b.request_id ? -1 : 1));
  };
  for (let seed = 5_440; seed < 5_480; seed++) {
    const options = fuzzOptions(drawScenario(seed));
    const single = await records({ ...options, fuse_decode_steps: false });
    expect([seed, await records(options)]).toEqual([seed, single]);
  }
});

test("a switch of the connector changes the outcome: puts stay on the writer's node", async () => {
  const localPuts = async (preferred_segment: string): Promise<[number, number]> => {
    const { run } = await runSimArm(armOptions("3p1d", { connector: { preferred_segment } }));
    const count = (series: string): number =>
      run.scrapes.reduce((sum, { after }) => sum + (after?.sum(series) ?? 0), 0);
    return [count("tierbench:store_local_put_keys"), count("tierbench:store_remote_put_keys")];
  };
  const [local_on, remote_on] = await localPuts("local");
  const [local_off, remote_off] = await localPuts("off");
  expect(local_on).toBeGreaterThan(0);
  expect(remote_on).toBe(0);
  expect(local_off).toBeLessThan(remote_off);
});

test("in turn, a GET from several owners' disks takes longer than together, and brings the same", async () => {
  const loads = async (get_order: string): Promise<{ disk_requests: number; load_ms: number }> => {
    const { run } = await runSimArm(pressure("hbm+cpu+disk", { get_order }));
    const from_disk = run.records.filter(({ cached_tokens }) => (cached_tokens?.disk ?? 0) > 0);
    const load_ms = from_disk.reduce((sum, record) => sum + (record.load_ms ?? 0), 0) / from_disk.length;
    return { disk_requests: from_disk.length, load_ms };
  };
  const [in_turn, together] = [await loads("in_turn"), await loads("together")];
  expect(in_turn.disk_requests).toBeGreaterThan(0);
  expect(in_turn.load_ms).toBeGreaterThan(together.load_ms);
});

test("a trace has every request in every process it went through, as its record has it", async () => {
  const options = pressure("hbm+cpu+disk");
  const { run, traces } = await runSimArm({ ...options, traced_requests: 1_000 });
  expect(traces).toHaveLength(5); // the router, three prefill engines and one decode engine
  const text = renderPerfettoTrace({
    ...{ arm: "only", pair_index: 0, records: run.records, processes: traces, max_requests: 1_000 },
  });
  const { traceEvents }: { traceEvents: TraceEvent[] } = JSON.parse(text);
  expect(traceProblems(traceEvents)).toEqual([]);
  expect(traceEvents.filter(({ ph }) => ph === "f")).toHaveLength(run.records.length);
  const spent_ms = new Map<string, number>();
  for (const { request_id, process, name, start_ns, end_ns } of traces.flatMap(({ log }) => log.spans)) {
    const key = `${request_id} ${process} ${name}`;
    spent_ms.set(key, (spent_ms.get(key) ?? 0) + nsToMs(end_ns - start_ns));
  }
  for (const record of run.records) {
    for (const stage of ["queue", "lookup", "load", "prefill"] as const) {
      const traced_ms = spent_ms.get(`${record.request_id} ${record.prefill_engine} ${stage}`) ?? 0;
      expect(traced_ms).toBeCloseTo(Number(record[`${stage}_ms`]), 5);
    }
  }
});

test("a trace changes no record", async () => {
  const traced = await runSimArm({ ...pressure("hbm+cpu+disk"), traced_requests: 3 });
  const plain = await runSimArm(pressure("hbm+cpu+disk"));
  expect(JSON.stringify(traced.run)).toBe(JSON.stringify(plain.run));
  expect(plain.traces).toEqual([]);
});

test("times of a record ascend, and its stages account for all of its TTFT", async () => {
  const options = pressure("hbm+cpu+disk");
  // One request at a time: no hop waits for another's.
  const { run } = await runSimArm(withConfig(options, {}, { concurrency: 1 }));
  for (const record of run.records) {
    const { intended_ns, sent_ns, first_token_ns, last_token_ns, token_ns, output_tokens } = record;
    expect(sent_ns).toBe(intended_ns);
    expect(token_ns).toHaveLength(output_tokens);
    expect(token_ns.every((time_ns, i) => time_ns > (token_ns[i - 1] ?? sent_ns))).toBe(true);
    expect([first_token_ns, last_token_ns]).toEqual([token_ns[0] ?? null, token_ns.at(-1) ?? null]);
    const { queue_ms, lookup_ms, load_ms, prefill_ms, handover_ms } = record;
    const stages_ms = [queue_ms, lookup_ms, load_ms, prefill_ms, handover_ms].map(Number);
    expect(stages_ms.every((ms) => ms >= 0)).toBe(true);
    const ttft_ms = nsToMs(Number(first_token_ns) - sent_ns);
    // Nothing is unexplained: the rest is the prompt's two hops to the engine, the answer's back, and half the first token's.
    const { http_ns, http_token_ns, sse_ns } = LAPTOP_HOST;
    const rest_ns = 3 * http_ns + 2 * record.input_tokens * http_token_ns + Math.ceil(sse_ns / 2);
    const explained_ms = stages_ms.reduce((sum, ms) => sum + ms, nsToMs(rest_ns));
    expect(explained_ms).toBeCloseTo(ttft_ms, 5);
  }
});

test("a prompt that no engine can hold is refused as a live engine refuses it, and its session ends", async () => {
  // 1,024 tokens and 32 answered fit, the second turn does not.
  const { run, load } = await runSimArm(withConfig(armOptions("1p1d", {}), { max_model_len: 1_100 }, {}));
  const errors = run.records.filter(({ error }) => error !== null);
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.every(({ error }) => error?.code === "http_status" && error.detail.startsWith("400"))).toBe(
    true,
  );
  expect(load.finished_requests + load.not_sent_requests).toBe(load.planned_requests);
});

test("a request that takes too long ends as a timeout, and what it held is free again", async () => {
  const records: RequestRecord[] = [];
  const simulation = makeSimulation(IMPATIENT, (record) => records.push(record));
  simulation.start();
  simulation.run();
  const late = records.filter(({ error }) => error?.code === "timeout");
  expect(late.length).toBeGreaterThan(0);
  // Some in the middle of their answer: what was heard of it is in the record.
  expect(late.some(({ output_tokens }) => output_tokens > 1)).toBe(true);
  for (const { core } of simulation.stack.engines) core.assertInvariants();
});

const TRACE = join(import.meta.dir, "../../../../shared/traces/mooncake_conversation.jsonl");

/** Each trace block is a full block of 16 tokens here; one token of its own is left to compute. */
function traceSessions(): Session[] {
  const lines = readFileSync(TRACE, "utf8").trim().split("\n");
  return lines.map((line, i): Session => {
    const row: { timestamp: number; hash_ids: number[] } = JSON.parse(line);
    const blocks = row.hash_ids.map((seed) => ({ kind: "seeded" as const, seed, tokens: 16 }));
    const prompt = [...blocks, { kind: "seeded" as const, seed: 2 ** 31 + i, tokens: 1 }];
    return {
      session_id: `r${i}`,
      turns: [{ prompt, output_tokens: 1, think_ns: 0, at_ns: row.timestamp * 1_000_000 }],
    };
  });
}

// The trace is data beside the checkout, not part of it: without it there is nothing to replay.
test.skipIf(!existsSync(TRACE))(
  "with instant compute and room for every block, 36.64 % of the conversation trace's blocks are hits",
  () => {
    const options = withConfig(
      armOptions("1e", { store: { tiers: "hbm" } }, traceSessions()),
      { num_hbm_blocks: 300_000, max_model_len: 131_072, max_num_batched_tokens: 262_144 },
      { arrivals: "trace" },
    );
    const { profiles } = options;
    const gpu = { ...profiles.gpu, flops_per_s: 1e30, hbm_bytes_per_s: 1e30, step_overhead_us: 0 };
    const host = { ...LAPTOP_HOST, http_token_ns: 0, step_lateness_us: 0 };
    let hit_blocks = 0;
    let blocks = 0;
    const simulation = makeSimulation({ ...options, profiles: { ...profiles, gpu }, host }, (record) => {
      hit_blocks += (record.cached_tokens?.hbm ?? 0) / 16;
      blocks += (record.input_tokens - 1) / 16;
    });
    simulation.start();
    simulation.run();
    expect(blocks).toBe(288_500);
    expect(hit_blocks / blocks).toBeCloseTo(0.3664, 4);
  },
);
