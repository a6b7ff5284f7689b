import { expect, test } from "bun:test";
import { na } from "../../harness/measure/measured.ts";
import type { ArmSummary, RunSummary } from "../../harness/measure/run_summary.ts";
import { reportFixture } from "../report_fixture.ts";
import { tierChart } from "./tier_chart.ts";

function withTiers(over: Partial<ArmSummary["tiers"]>): RunSummary {
  const { summary } = reportFixture({ arms: 1 });
  return { ...summary, arms: summary.arms.map((arm) => ({ ...arm, tiers: { ...arm.tiers, ...over } })) };
}

const MISS = { tokens: 3, ratio: 0.75 };
const UNTOLD = { hit_tokens: na("?"), hit_ratio: na("one count"), bytes: na("?"), load_ms_p50: na("?") };

test("bars are percent of prompt tokens, beside the ceiling", () => {
  const chart = tierChart(withTiers({ miss: MISS, theoretical_hit_ratio: 0.5 }));
  const { option, tips } = chart?.draw("wide") ?? {};
  // hbm, cpu, disk, miss, ceiling: one arm each.
  expect(option?.series).toMatchObject([{}, {}, {}, { data: [75] }, { data: [[50, 0]] }]);
  expect(tips?.slice(3)).toEqual([["only: miss 75.0 %"], ["only: ceiling 50.0 %"]]);
});

test("a part that is not known has no bar, and says why in its tip and the description", () => {
  const chart = tierChart(withTiers({ disk: UNTOLD, miss: MISS }));
  const { option, tips } = chart?.draw("wide") ?? {};
  expect(option?.series).toMatchObject([{}, {}, { data: [null] }, { data: [75] }, {}]);
  expect(tips?.[2]).toEqual(["only: disk n/a (one count)"]);
  expect(chart?.description).toContain("disk n/a (one count), miss 75.0 %");
});

test("without any ratio there is no chart", () => {
  const none = { tokens: na("?"), ratio: na("?") };
  expect(tierChart(withTiers({ hbm: UNTOLD, cpu: UNTOLD, disk: UNTOLD, miss: none }))).toBeNull();
});
