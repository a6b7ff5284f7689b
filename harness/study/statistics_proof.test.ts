import { expect, test } from "bun:test";
import { Random } from "../clock/random.ts";
import type { PairValues } from "../stats/pair_interval.ts";
import { checkProof, proveStatistics } from "./statistics_proof.ts";

/** Pairs of runs that differ by 1.5 % each, on traces that differ by 10 %. */
function pool(seed: number, candidate_bias = 1): PairValues[] {
  const random = new Random(seed);
  return Array.from({ length: 2400 }, () => {
    const trace = 100 * Math.exp(0.1 * random.normal());
    const run = (): number => trace * Math.exp(0.015 * random.normal());
    return { baseline: run(), candidate: run() * candidate_bias };
  });
}

test("fair noise passes every check, on 400 comparisons of 6 pairs", () => {
  const proof = proveStatistics(pool(1), 6);
  expect(proof.comparisons).toBe(400);
  expect(checkProof(proof).map(({ ok }) => ok)).toEqual([true, true, true]);
  // A pair's change has √2 × 1.5 % = 2.1 %
  expect(Math.abs(proof.pair_sd_pct - 2.12)).toBeLessThan(0.1);
}, 180_000);

test("more pairs find more, and so do larger effects", () => {
  const { power } = proveStatistics(pool(2), 6);
  const at = (effect_pct: number, pairs: number): number =>
    power.find((point) => point.effect_pct === effect_pct && point.pairs === pairs)?.detected.ratio ??
    Number.NaN;
  expect(at(3, 3)).toBeLessThan(at(3, 6));
  expect(at(3, 6)).toBeLessThan(at(3, 12));
  expect(at(1, 6)).toBeLessThan(at(5, 6));
}, 180_000);

test("arms that are not alike are caught: a bias of 1 % is too many false positives", () => {
  const checks = checkProof(proveStatistics(pool(3, 1.01), 6));
  expect(checks[0]?.ok).toBe(false);
}, 180_000);

test("a ratio is proved in points that it falls, against the minimum effect of ratios", () => {
  const random = new Random(4);
  const ratio = (): number => 0.6 + 0.01 * random.normal();
  const pool = Array.from({ length: 2400 }, () => ({ baseline: ratio(), candidate: ratio() }));
  const proof = proveStatistics(pool, 6, "points");
  expect(checkProof(proof).map(({ ok }) => ok)).toEqual([true, true, true]);
  // √2 × 1 point
  expect(Math.abs(proof.pair_sd_pct - 1.41)).toBeLessThan(0.1);
}, 180_000);
