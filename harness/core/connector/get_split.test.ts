import { expect, test } from "bun:test";
import type { ConnectorProfile } from "../../domain/connector_profile.ts";
import { FIXTURE_CONNECTOR } from "./connector_fixture.ts";
import { keyCap, type SplitRule, splitGet, splitRule, stagingBytes, usableBytes } from "./get_split.ts";

const KEY = 256; // one key of 256 B stages align_up(256, 4096) + 8192 = 12288 bytes

function rule(budget_bytes: number | null, trigger: SplitRule["trigger"] = "bytes"): SplitRule {
  return { trigger, budget_bytes, usable_ratio: 0.9 };
}

test("spec §1.5: staging is the page-aligned sum of a key's pieces plus two pages of padding", () => {
  expect(stagingBytes(256)).toBe(12_288);
  expect(stagingBytes(256 + 512)).toBe(12_288); // 768 still rounds to one page
  expect(stagingBytes(4096)).toBe(12_288);
  expect(stagingBytes(4097)).toBe(16_384); // two pages + 8192
});

test("spec §1.5: nine tenths of the default budget are usable", () => {
  expect(usableBytes(1_342_177_280, 0.9)).toBe(1_207_959_552);
  expect(usableBytes(1, 0.9)).toBe(1); // never less than one byte
});

test("spec §1.5: the old key cap is below the number of keys from two keys on", () => {
  expect([1, 2, 10, 226].map(keyCap)).toEqual([1, 1, 9, 203]);
});

test("spec §1.5: a budget of exactly two keys gives two GETs, because only nine tenths of it are usable", () => {
  // usable = floor(24576 × 0.9) = 22118 < 24576
  expect(splitGet(2, KEY, rule(2 * 12_288))).toEqual({ ok: true, keys_per_get: 1 });
});

test("spec §1.5: a budget whose usable part holds two keys splits three into two and one", () => {
  // ceil(24576 / 0.9) = 27307; usable = floor(24576.3) = 24576 = two keys
  expect(splitGet(3, KEY, rule(27_307))).toEqual({ ok: true, keys_per_get: 2 });
});

test("spec §1.5: three keys that fit are one GET by bytes, and two and one by the old count trigger", () => {
  // usable = floor(49152 × 0.9) = 44236 ≥ 3 × 12288 = 36864; keyCap(3) = floor(2.7) = 2
  expect(splitGet(3, KEY, rule(4 * 12_288, "bytes"))).toEqual({ ok: true, keys_per_get: 3 });
  expect(splitGet(3, KEY, rule(4 * 12_288, "count_or_bytes"))).toEqual({ ok: true, keys_per_get: 2 });
});

test("spec §1.5: a key over the whole budget gives up the load", () => {
  expect(splitGet(1, KEY, rule(12_287))).toEqual({ ok: false, required_bytes: 12_288 });
});

test("spec §1.5: a key over the usable part but within the budget travels alone", () => {
  // budget 20480, usable 18432: 4097 B stage 16384 and fit; 12288 B stage 20480 and go alone too.
  expect(splitGet(3, 4097, rule(20_480))).toEqual({ ok: true, keys_per_get: 1 });
  expect(splitGet(3, 12_288, rule(20_480))).toEqual({ ok: true, keys_per_get: 1 });
});

test("spec §1.5: what fits is one GET, and a load of several ends with what is left", () => {
  // usable = floor(61440 × 0.9) = 55296 = 4.5 keys of 12288
  expect(splitGet(4, KEY, rule(5 * 12_288))).toEqual({ ok: true, keys_per_get: 4 });
  expect(splitGet(9, KEY, rule(5 * 12_288))).toEqual({ ok: true, keys_per_get: 4 }); // 4, 4 and 1
});

test("spec §1.5: without a budget there is one GET, whatever the bytes", () => {
  expect(splitGet(1000, 1 << 20, rule(null))).toEqual({ ok: true, keys_per_get: 1000 });
});

test("spec §1.5: the byte trigger plans only with offload on, the old trigger always, none never", () => {
  const budget = (split_trigger: SplitRule["trigger"], enable_offload: boolean): number | null =>
    splitRule({ ...FIXTURE_CONNECTOR, split_trigger, enable_offload, staging_bytes: 7 }).budget_bytes;
  expect(budget("bytes", false)).toBeNull();
  expect(budget("bytes", true)).toBe(7);
  expect(budget("count_or_bytes", false)).toBe(7);
  expect(budget("none", true)).toBeNull();
});

test("spec README drift: vllm_2026_05 has its staging budget with offload off, vllm_2026_08 has none", () => {
  const budget = (profile: ConnectorProfile): number | null =>
    splitRule({ ...FIXTURE_CONNECTOR, profile, enable_offload: false, staging_bytes: 7 }).budget_bytes;
  expect([budget("vllm_2026_05"), budget("vllm_2026_08")]).toEqual([7, null]);
});
