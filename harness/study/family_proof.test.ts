import { expect, test } from "bun:test";
import { Random } from "../clock/random.ts";
import type { PairValues } from "../stats/pair_interval.ts";
import { proveFamily } from "./family_proof.ts";

function pool(random: Random, candidate_bias = 1): PairValues[] {
  const run = (): number => 100 * Math.exp(0.02 * random.normal());
  return Array.from({ length: 1200 }, () => ({ baseline: run(), candidate: run() * candidate_bias }));
}

test("of ten metrics one often looks changed by itself, and not when all are adjusted", () => {
  const random = new Random(1);
  const proof = proveFamily(
    Array.from({ length: 10 }, () => pool(random)),
    6,
  );
  // 200 comparisons: 1 − 0.95¹⁰ = 40 % of them have a p ≤ 0.05 by chance, 5 % a p_holm.
  expect(proof).toMatchObject({ comparisons: 200, metrics: 10 });
  expect(proof.any_p).toBeGreaterThan(60);
  expect(proof.any_p_holm).toBeLessThanOrEqual(proof.bound);
});

test("a metric that is biased breaks the bound", () => {
  const random = new Random(2);
  const { any_p_holm, bound } = proveFamily([pool(random), pool(random, 1.05)], 6);
  expect(any_p_holm).toBeGreaterThan(bound);
});
