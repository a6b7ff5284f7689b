import { expect, test } from "bun:test";
import { type ArmInput, summariseArm } from "../arm_summary.ts";
import { FAILED, requestRecord } from "../request_fixture.ts";
import type { ArmSummary, Ledger } from "../run_summary.ts";
import { isValid } from "../validity.ts";
import { checkArmsHaveRequests } from "./arms_have_requests.ts";
import { notApplicable } from "./check_result.ts";
import { checkClientNotSaturated } from "./client_not_saturated.ts";
import { checkErrorRatio } from "./error_ratio.ts";
import { checkLedger } from "./ledger_balances.ts";
import { checkOfferedLoad, offeredLoad } from "./offered_load.ts";
import { checkOnlyFactorDiffers } from "./only_factor_differs.ts";
import { checkPromptLengths } from "./prompt_lengths.ts";
import { checkProofOfLoad } from "./proof_of_load.ts";
import { checkReads } from "./reads_are_right.ts";
import { checkScheduleLag } from "./schedule_lag.ts";
import { checkWithinCeiling } from "./within_ceiling.ts";

const MS = 1_000_000;

function arm(records = [requestRecord()], overrides: Partial<ArmSummary> = {}): ArmSummary {
  const run = { pair_index: 0, duration_ns: 1e9, records, scrapes: [], faults: [] };
  const head = { name: "a", factors: {}, block_tokens: 16, keys_per_block: 1, theoretical_hit_ratio: 0.5 };
  const input: ArmInput = { ...head, runs: [run] };
  return { ...summariseArm(input), ...overrides };
}

test("a run that was not checked, or failed one check, is invalid", () => {
  const good = { check: "x", ok: true, detail: "" };
  expect(isValid([good])).toBe(true);
  expect(isValid([good, { ...good, ok: false }])).toBe(false);
  expect(isValid([])).toBe(false);
});

test("a check that does not apply neither passes nor fails, and alone proves nothing", () => {
  const good = { check: "x", ok: true, detail: "" };
  const open = notApplicable("y", "nobody can look");
  expect(open).toEqual({ check: "y", ok: null, detail: "nobody can look" });
  expect(isValid([good, open])).toBe(true);
  expect(isValid([open])).toBe(false);
});

test("arms need all their planned requests", () => {
  expect(checkArmsHaveRequests([arm()], 1).ok).toBe(true);
  expect(checkArmsHaveRequests([arm()], 2)).toMatchObject({
    ok: false,
    detail: "a: 1 of 2 planned requests",
  });
  expect(checkArmsHaveRequests([arm([])], 0).ok).toBe(false);
  expect(checkArmsHaveRequests([], 0).ok).toBe(false);
});

test("turns behind a rejected request are not due, but an arm that serves nobody has no requests", () => {
  const refused = { error: { code: "rejected" as const, detail: "429: later" } };
  const half = [requestRecord(), requestRecord(refused)];
  expect(checkArmsHaveRequests([arm(half)], 5).ok).toBe(true);
  expect(checkArmsHaveRequests([arm([requestRecord(refused)])], 1).ok).toBe(false);
  // What an error has cost is not to be told from what was refused.
  expect(checkArmsHaveRequests([arm([...half, requestRecord(FAILED)])], 5).ok).toBe(false);
});

test("errors up to the bound pass", () => {
  const half = arm([requestRecord(), requestRecord(FAILED)]);
  expect(checkErrorRatio([half], 0.5).ok).toBe(true);
  expect(checkErrorRatio([half], 0.49)).toMatchObject({ ok: false, detail: "a: 1 of 2" });
});

test("p99 schedule lag is bounded, and no lag at all is no proof", () => {
  const late = arm([requestRecord({ sent_ns: 3 * MS })]);
  expect(checkScheduleLag([late], 3).ok).toBe(true);
  expect(checkScheduleLag([late], 2.9)).toMatchObject({ ok: false, detail: "a: 3.000 ms" });
  expect(checkScheduleLag([arm([requestRecord(FAILED)])], 10).ok).toBe(false);
});

test("an unbalanced ledger names its row; one that compares nothing fails too", () => {
  const row = { what: "prompt tokens", client: 5, engine: 6, store: { na: "x" }, agrees: false };
  const ledger = (rows: Ledger["rows"]): ArmSummary => arm(undefined, { ledger: { balanced: false, rows } });
  expect(checkLedger([ledger([row])])).toMatchObject({
    ok: false,
    detail: "a: prompt tokens: client 5, engine 6, store n/a",
  });
  expect(checkLedger([ledger([{ ...row, engine: 5, agrees: true }])]).ok).toBe(true);
  expect(checkLedger([ledger([{ ...row, engine: { na: "y" }, agrees: true }])]).ok).toBe(false);
});

test("one stale or corrupt block fails the run, and so does not knowing", () => {
  expect(checkReads([arm(undefined, { stale_reads: 0, corrupt_reads: 0 })]).ok).toBe(true);
  expect(checkReads([arm(undefined, { stale_reads: 1, corrupt_reads: 0 })])).toMatchObject({
    ok: false,
    detail: "a: 1 stale_reads",
  });
  expect(checkReads([arm(undefined, { stale_reads: 0, corrupt_reads: { na: "gone" } })]).ok).toBe(false);
});

test("only paths of the declared factor may differ", () => {
  const difference = { path: "store.disk.path", values: [null, "/d", undefined] };
  expect(checkOnlyFactorDiffers([difference], ["store.disk"]).ok).toBe(true);
  expect(checkOnlyFactorDiffers([difference], ["store.disk.path"]).ok).toBe(true);
  expect(checkOnlyFactorDiffers([difference], ["store.dis"])).toMatchObject({
    ok: false,
    detail: 'store.disk.path: null | "/d" | absent',
  });
  expect(checkOnlyFactorDiffers([], ["store"]).ok).toBe(true);
});

test("a tier under test must have served hits", () => {
  const hit = arm([requestRecord({ cached_tokens: { hbm: 0, cpu: 16, disk: 0 } })]);
  expect(checkProofOfLoad([hit], [{ arm: "a", tier: "cpu" }]).ok).toBe(true);
  expect(checkProofOfLoad([hit], [{ arm: "a", tier: "disk" }]).detail).toContain("a: no hit from disk");
  expect(checkProofOfLoad([hit], [{ arm: "b", tier: "cpu" }]).ok).toBe(false);
  expect(
    checkProofOfLoad([arm([requestRecord({ cached_tokens: null })])], [{ arm: "a", tier: "cpu" }]).ok,
  ).toBe(false);
});

test("an open loop must reach 95 % of its rate, counted from first to last send", () => {
  // 3 gaps over 2 s: 1.5 requests/s wanted; over 3 s: 1 sent
  const sends = [0, 1, 2, 3].map((i) => requestRecord({ intended_ns: (i * 2e9) / 3, sent_ns: i * 1e9 }));
  const load = offeredLoad("a", sends);
  expect(load).toEqual({ arm: "a", wanted_per_s: 1.5, sent_per_s: 1 });
  expect(checkOfferedLoad(load === null ? [] : [load]).ok).toBe(false);
  expect(offeredLoad("a", [requestRecord()])).toBeNull();
  expect(checkOfferedLoad([{ arm: "a", wanted_per_s: 10, sent_per_s: 9.5 }]).ok).toBe(true);
  expect(checkOfferedLoad([{ arm: "a", wanted_per_s: 10, sent_per_s: 9.4 }]).ok).toBe(false);
  expect(checkOfferedLoad([]).detail).toContain("closed loop");
});

test("a client that reads its streams in lumps is saturated, and one that saw nothing proves nothing", () => {
  expect(checkClientNotSaturated([{ arm: "a", merge_ratio: 1.2 }], 1.2).ok).toBe(true);
  expect(checkClientNotSaturated([{ arm: "a", merge_ratio: 1.21 }], 1.2)).toMatchObject({
    ok: false,
    detail: "a: 1.210",
  });
  expect(checkClientNotSaturated([{ arm: "a", merge_ratio: null }]).ok).toBe(false);
  expect(checkClientNotSaturated([]).ok).toBe(false);
});

test("an arm that hits more than the workload repeats is refused", () => {
  // 10 of 100 prompt tokens missed: 90 % hit.
  const hitting = (theoretical_hit_ratio: number): ArmSummary => {
    const { tiers } = arm();
    return arm(undefined, {
      tiers: { ...tiers, miss: { tokens: 10, ratio: 0.1 }, theoretical_hit_ratio },
    });
  };
  expect(checkWithinCeiling([hitting(0.9)]).ok).toBe(true);
  expect(checkWithinCeiling([hitting(0.89)])).toMatchObject({ ok: false, detail: "a: 90.0 % of 89.0 %" });
  expect(checkWithinCeiling([hitting(0.89)], 0.02).ok).toBe(true); // smaller blocks than the ceiling counts
});

test("without a ceiling, or without hits, nothing is above it and nothing is proved", () => {
  const silent = arm([requestRecord({ cached_tokens: null })]);
  expect(checkWithinCeiling([silent])).toMatchObject({ ok: null, detail: expect.stringContaining("n/a") });
});

test("words are as long as the server says; token ids as the workload says", () => {
  const served = arm(); // 1,000 prompt tokens in 1 s
  expect(checkPromptLengths([served], { travel_as: "tokens", planned_tokens: 1000 }).ok).toBe(true);
  expect(checkPromptLengths([served], { travel_as: "tokens", planned_tokens: 999 }).ok).toBe(false);
  const words = checkPromptLengths([served], { travel_as: "chat", planned_tokens: 800 });
  expect(words).toMatchObject({ ok: null, detail: expect.stringContaining("125.0 %") });
});
