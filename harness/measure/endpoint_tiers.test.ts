import { expect, test } from "bun:test";
import type { ArmRun } from "./arm_run.ts";
import { checkNothingElseServed } from "./checks/nothing_else_served.ts";
import { endpointTiers } from "./endpoint_tiers.ts";
import { readEngineLog } from "./engine_log.ts";
import { FAILED, requestRecord } from "./request_fixture.ts";
import { engineScrape } from "./scrape_fixture.ts";
import { summariseTiers } from "./tier_summary.ts";

/** One request of 1,000 prompt tokens, of whose cache the server says nothing. */
const SILENT = requestRecord({ cached_tokens: null });

function runOf(series: readonly Readonly<Record<string, number>>[], records = [SILENT]): ArmRun {
  const scrapes = series.map((one, i) => ({ ...engineScrape(`engine-${i}`, "both", one), role: null }));
  return { pair_index: 0, duration_ns: 1e9, records, scrapes, faults: [] };
}

function tiersOf(run: ArmRun): ReturnType<typeof endpointTiers> {
  return endpointTiers([run], summariseTiers([run], 0.5));
}

test("what a response tells goes before metrics, with or without the tier", () => {
  const with_total = runOf([], [requestRecord({ cached_tokens: null, cached_tokens_total: 600 })]);
  expect(tiersOf(with_total).miss).toEqual({ tokens: 400, ratio: 0.4 });
  expect(tiersOf(with_total).hbm.hit_tokens).toHaveProperty("na");
  const with_tiers = runOf(
    [{ "vllm:prefix_cache_hits_total": 1 }],
    [requestRecord({ cached_tokens: { hbm: 100, cpu: 200, disk: 0 } })],
  );
  expect(tiersOf(with_tiers).hbm.hit_tokens).toBe(100);
});

test("a vLLM counts its own blocks and what came from outside, not from which tier", () => {
  const tiers = tiersOf(
    runOf([{ "vllm:prefix_cache_hits_total": 100, "vllm:external_prefix_cache_hits_total": 300 }]),
  );
  expect(tiers.hbm).toMatchObject({ hit_tokens: 100, hit_ratio: 0.1 });
  expect(tiers.cpu.hit_tokens).toMatchObject({ na: expect.stringContaining("300 tokens from outside") });
  expect(tiers.miss).toEqual({ tokens: 600, ratio: 0.6 });
});

test("engines of this project count every tier", () => {
  const tiers = tiersOf(
    runOf([
      {
        "tierbench:cached_tokens{hbm}": 10,
        "tierbench:cached_tokens{cpu}": 20,
        "tierbench:cached_tokens{disk}": 30,
      },
    ]),
  );
  expect([tiers.hbm.hit_tokens, tiers.cpu.hit_tokens, tiers.disk.hit_tokens]).toEqual([10, 20, 30]);
  expect(tiers.miss.tokens).toBe(940);
});

test("counts that may be of other requests, or are counted twice, are no hits of these", () => {
  const hits = { "vllm:prefix_cache_hits_total": 600, "vllm:external_prefix_cache_hits_total": 0 };
  const one_failed = runOf([hits], [SILENT, requestRecord({ ...FAILED })]);
  expect(tiersOf(one_failed).miss.tokens).toMatchObject({ na: expect.stringContaining("1 requests failed") });
  expect(tiersOf(runOf([hits, hits])).miss.tokens).toMatchObject({
    na: expect.stringContaining("1200 hits"),
  });
});

test("one engine's count of finished requests shows other clients; several counts show nothing", () => {
  const served = (...counts: readonly number[]) =>
    checkNothingElseServed([
      { name: "a", runs: [runOf(counts.map((count) => ({ "vllm:request_success_total": count })))] },
    ]);
  expect(served(1).ok).toBe(true);
  expect(served(3)).toMatchObject({ ok: false, detail: "a: 3 at the server, 1 at the client" });
  expect(served(0).ok).toBe(false);
  expect(served(1, 1).ok).toBeNull();
  expect(served().ok).toBeNull();
});

const VLLM = { "vllm:prefix_cache_hits_total": 100, "vllm:external_prefix_cache_hits_total": 400 };
const LINE = (keys: string, success: number, failed: number) =>
  `Mooncake load tier summary: req_id=r batch_keys=4 ${keys} success_keys=${success} failed_keys=${failed} bytes_by_tier={'memory': 300, 'disk': 100, 'unknown': 0}`;

test("the tier lines of vLLM's log share its external hits out by keys, and tell bytes", () => {
  const engine_log = readEngineLog(LINE("memory_keys=3 disk_keys=1 unknown_keys=0", 4, 0));
  const tiers = tiersOf({ ...runOf([VLLM]), engine_log });
  // 400 tokens from outside, 3 of 4 keys from memory.
  expect([tiers.cpu.hit_tokens, tiers.disk.hit_tokens]).toEqual([300, 100]);
  expect([tiers.cpu.bytes, tiers.disk.bytes]).toEqual([300, 100]);
  expect(tiers.miss.tokens).toBe(500);
});

test("tier lines that leave a key's tier or fate open share nothing out", () => {
  const lost = readEngineLog(LINE("memory_keys=3 disk_keys=1 unknown_keys=0", 3, 1));
  const unknown = readEngineLog(LINE("memory_keys=3 disk_keys=0 unknown_keys=1", 4, 0));
  for (const engine_log of [lost, unknown]) {
    expect(tiersOf({ ...runOf([VLLM]), engine_log }).cpu.hit_tokens).toMatchObject({
      na: expect.stringContaining("leave the tier of some loads open"),
    });
  }
});

test("of prefill and decode engines, those that compute prompts count: a decode engine is handed the rest", () => {
  const decode = { ...engineScrape("decode-0", "decode", VLLM) };
  const run = runOf([VLLM]);
  const both = { ...run, scrapes: [engineScrape("prefill-0", "prefill", VLLM), decode] };
  expect(tiersOf(both).hbm.hit_tokens).toBe(100);
});
