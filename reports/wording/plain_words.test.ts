import { expect, test } from "bun:test";
import type { Comparison } from "../../harness/measure/run_summary.ts";
import { plainWords } from "./plain_words.ts";

const ROW: Comparison = {
  ...{ factor: "f", baseline: "off", candidate: "on", metric: "ttft_ms_mean", baseline_value: 100 },
  ...{ candidate_value: 88, delta_pct: -12, ci95_pct: [-15, -9], pairs: 6, verdict: "better", advice: null },
};

test("a change is told by what moved, where to and by how much", () => {
  expect(plainWords(ROW)).toBe("The mean time to the first token fell by 12.0 %.");
  const slower = { ...ROW, metric: "e2el_ms_mean", delta_pct: 3, verdict: "worse" } as const;
  expect(plainWords(slower)).toBe("The mean time of a whole answer rose by 3.0 %.");
  const ratio = { ...ROW, metric: "hit_ratio", delta_pct: 5, delta_unit: "points" } as const;
  expect(plainWords(ratio)).toBe("Hit_ratio rose by 5.0 pp.");
});

test("a change that may be chance among all comparisons says so", () => {
  expect(plainWords({ ...ROW, p_holm: 0.2 })).toEndWith("may still be chance: confirm it.");
  expect(plainWords({ ...ROW, p_holm: 0.04 })).not.toContain("chance");
});

test("no difference and not enough data are not the same", () => {
  expect(plainWords({ ...ROW, verdict: "no_difference" })).toContain("does not change");
  expect(plainWords({ ...ROW, verdict: "inconclusive" })).toContain("do not show whether");
});
