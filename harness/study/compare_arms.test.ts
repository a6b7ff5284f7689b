import { expect, test } from "bun:test";
import { Random } from "../clock/random.ts";
import type { RequestRecord } from "../domain/request_record.ts";
import type { PerTier } from "../domain/tier.ts";
import type { ArmRun } from "../measure/arm_run.ts";
import { Samples } from "../measure/prometheus_text.ts";
import type { Comparison } from "../measure/run_summary.ts";
import { type ComparedArm, compareArms } from "./compare_arms.ts";

const MS = 1_000_000;

interface RequestFigures {
  readonly session: number;
  readonly ttft_ms: number;
  readonly cached?: PerTier<number> | null;
  readonly failed?: boolean;
}

/** One request per session: 1,000 prompt tokens, 11 output tokens 10 ms apart. */
function request(figures: RequestFigures): RequestRecord {
  const first_ns = figures.ttft_ms * MS;
  const token_ns = Array.from({ length: 11 }, (_, i) => first_ns + i * 10 * MS);
  return {
    arm: "any",
    pair_index: 0,
    session_id: `s${figures.session}`,
    turn_index: 0,
    request_id: `s${figures.session}/0`,
    intended_ns: 0,
    sent_ns: 0,
    first_token_ns: first_ns,
    last_token_ns: first_ns + 100 * MS,
    token_ns,
    input_tokens: 1000,
    output_tokens: 11,
    cached_tokens: figures.cached === undefined ? { hbm: 0, cpu: 0, disk: 0 } : figures.cached,
    prefill_engine: "prefill-0",
    decode_engine: "decode-0",
    queue_ms: null,
    lookup_ms: null,
    load_ms: null,
    prefill_ms: null,
    handover_ms: null,
    error: figures.failed ? { code: "connection", detail: "reset" } : null,
  };
}

function run(
  pair_index: number,
  requests: readonly RequestFigures[],
  overrides: Partial<ArmRun> = {},
): ArmRun {
  return {
    pair_index,
    duration_ns: 1_000 * MS,
    records: requests.map(request),
    scrapes: [],
    faults: [],
    ...overrides,
  };
}

/** Three sessions around `ttft_ms`. */
function around(ttft_ms: number, cached: PerTier<number> = { hbm: 0, cpu: 0, disk: 0 }): RequestFigures[] {
  return [-10, 0, 10].map((spread, session) => ({ session, ttft_ms: ttft_ms + spread, cached }));
}

function compare(arms: readonly ComparedArm[]): Comparison[] {
  const options = {
    factor: "preferred_segment",
    min_effect_pct: 2,
    min_effect_points: 1,
    noise: null,
    random: new Random(1),
  };
  return compareArms(arms, options);
}

function row(rows: readonly Comparison[], metric: string, candidate = "b"): Comparison | undefined {
  return rows.find((comparison) => comparison.metric === metric && comparison.candidate === candidate);
}

test("a clear shift of every pair is found, in percent of the mean baseline", () => {
  // baseline means 100, 110, 120 → 110; candidate 90, 100, 108 → 99.333: −9.697 %
  const rows = compare([
    { name: "a", runs: [run(0, around(100)), run(1, around(110)), run(2, around(120))] },
    { name: "b", runs: [run(0, around(90)), run(1, around(100)), run(2, around(108))] },
  ]);
  const ttft = row(rows, "ttft_ms_mean");
  expect(ttft?.baseline_value).toBeCloseTo(110, 9);
  expect(ttft?.delta_pct).toBeCloseTo(100 * (99.3333333 / 110 - 1), 5);
  expect(ttft?.delta_unit).toBe("percent");
  expect(ttft?.pairs).toBe(3);
  expect(ttft?.verdict).toBe("better");
  expect(ttft?.ci95_pct[1]).toBeLessThan(0);
  expect(ttft?.factor).toBe("preferred_segment");
  expect(ttft?.p_sign_flip).toBe(0.25); // three differences of one sign: 2 of the 2³ patterns are as extreme
  // TPOT is 10 ms in every request of both arms
  expect(row(rows, "tpot_ms_mean")).toMatchObject({ delta_pct: 0, verdict: "no_difference", p_value: 1 });
});

test("hit ratios are compared in percentage points, cumulatively by tier, and more is better", () => {
  // baseline: 500 of 1000 from disk; candidate: 400 from cpu, 200 from disk
  const disk = { hbm: 0, cpu: 0, disk: 500 };
  const moved = { hbm: 0, cpu: 400, disk: 200 };
  const rows = compare([
    { name: "a", runs: [run(0, around(100, disk)), run(1, around(100, disk))] },
    { name: "b", runs: [run(0, around(100, moved)), run(1, around(100, moved))] },
  ]);
  expect(row(rows, "hit_ratio")).toMatchObject({
    baseline_value: 0.5,
    candidate_value: 0.6,
    verdict: "better",
  });
  expect(row(rows, "hit_ratio")?.delta_pct).toBeCloseTo(10, 9);
  expect(row(rows, "hit_ratio_hbm_cpu")).toMatchObject({
    delta_unit: "points",
    delta_pct: 40,
    verdict: "better",
  });
  expect(row(rows, "hit_ratio_hbm")).toMatchObject({ delta_pct: 0, verdict: "no_difference" });
});

test("pairs that disagree are inconclusive, with the number of pairs that would decide", () => {
  // changes of +10 % and −4 % around 100: estimate 3, sd 9.9: far from decided
  const rows = compare([
    { name: "a", runs: [run(0, around(100)), run(1, around(100))] },
    { name: "b", runs: [run(0, around(110)), run(1, around(96))] },
  ]);
  const ttft = row(rows, "ttft_ms_mean");
  expect(ttft?.verdict).toBe("inconclusive");
  expect(ttft?.advice).toMatch(/^run \d+ more pairs: a new comparison with --pairs \d+/);
});

test("one pair is inconclusive whatever it shows, and metrics of whole runs are left out", () => {
  const rows = compare([
    { name: "a", runs: [run(0, around(100))] },
    { name: "b", runs: [run(0, around(50))] },
  ]);
  expect(row(rows, "ttft_ms_mean")).toMatchObject({ delta_pct: -50, pairs: 1, verdict: "inconclusive" });
  expect(row(rows, "ttft_ms_mean")?.p_value).toBeUndefined();
  expect(row(rows, "ttft_ms_mean")?.p_sign_flip).toBeUndefined();
  expect(row(rows, "ttft_ms_mean")?.advice).toContain("--pairs");
  expect(row(rows, "requests_per_s")).toBeUndefined();
});

test("a request that failed in one arm is left out of both", () => {
  // session 2 (slow: 500 ms) fails in b: without pairing b would look five times faster
  const slow = [
    { session: 0, ttft_ms: 100 },
    { session: 2, ttft_ms: 500 },
  ];
  const failing = [
    { session: 0, ttft_ms: 100 },
    { session: 2, ttft_ms: 500, failed: true },
  ];
  const rows = compare([
    { name: "a", runs: [run(0, slow), run(1, slow)] },
    { name: "b", runs: [run(0, failing), run(1, failing)] },
  ]);
  expect(row(rows, "ttft_ms_mean")).toMatchObject({
    baseline_value: 100,
    candidate_value: 100,
    delta_pct: 0,
  });
  // throughput does count the loss: 2 requests/s → 1
  expect(row(rows, "requests_per_s")).toMatchObject({ delta_pct: -50, verdict: "worse" });
});

test("every arm but the first is compared with the first, and Holm counts all of the comparisons", () => {
  const arm = (name: string, shift: number): ComparedArm => ({
    name,
    runs: [100, 104, 99].map((ttft_ms, i) => run(i, around(ttft_ms + shift + i / 4))),
  });
  const rows = compare([arm("a", 0), arm("b", -20), arm("c", -1)]);
  expect(new Set(rows.map((comparison) => `${comparison.baseline}→${comparison.candidate}`))).toEqual(
    new Set(["a→b", "a→c"]),
  );
  const tested = rows.filter((comparison) => comparison.p_value !== undefined);
  expect(tested.length).toBe(rows.length);
  for (const comparison of tested) expect(comparison.p_holm).toBeGreaterThanOrEqual(comparison.p_value ?? 2);
  const ttft = row(rows, "ttft_ms_mean", "c");
  expect(ttft?.p_holm).toBeGreaterThan(ttft?.p_value ?? 2);
});

test("local puts are compared when both arms export them", () => {
  const engine = (local: number, remote: number) => {
    const before = new Samples();
    const after = new Samples();
    after.add("tierbench:store_local_put_keys", { engine: "e" }, local);
    after.add("tierbench:store_remote_put_keys", { engine: "e" }, remote);
    return { scrapes: [{ process: "e", kind: "engine" as const, role: "both" as const, before, after }] };
  };
  const arms = [
    { name: "a", runs: [run(0, around(100), engine(24, 76)), run(1, around(100), engine(26, 74))] },
    { name: "b", runs: [run(0, around(100), engine(100, 0)), run(1, around(100), engine(100, 0))] },
  ];
  // differences 76 and 74 points: mean 75, sd 1.414, se 1, t₁ = 12.7: 75 ± 12.7
  const local = row(compare(arms), "local_put_ratio");
  expect(local?.delta_pct).toBeCloseTo(75, 9);
  expect(local?.ci95_pct[0]).toBeCloseTo(62.29, 1);
  expect(local?.verdict).toBe("better");
  const silent = [arms[0], { name: "b", runs: [run(0, around(100)), run(1, around(100))] }];
  expect(row(compare(silent.filter((arm) => arm !== undefined)), "local_put_ratio")).toBeUndefined();
});

test("equal seeds give equal comparisons", () => {
  const arms = [
    { name: "a", runs: [run(0, around(100)), run(1, around(105))] },
    { name: "b", runs: [run(0, around(95)), run(1, around(104))] },
  ];
  expect(compare(arms)).toEqual(compare(arms));
});
