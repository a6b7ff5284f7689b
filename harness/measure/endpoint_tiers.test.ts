import { expect, test } from "bun:test";
import type { ArmRun } from "./arm_run.ts";
import { checkNothingElseServed } from "./checks/nothing_else_served.ts";
import { endpointTiers } from "./endpoint_tiers.ts";
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
