import { expect, test } from "bun:test";
import { drawChart } from "./draw_chart.ts";
import { type ForestRow, forestChart } from "./forest_chart.ts";

function row(metric: string, delta_pct: number, half_width: number): ForestRow {
  const ci95_pct = [delta_pct - half_width, delta_pct + half_width] as const;
  return { metric, delta_pct, ci95_pct, verdict: "inconclusive" };
}

function limitOf(forests: readonly (readonly ForestRow[])[]): unknown {
  return forestChart(forests, 0, "percent")?.draw("wide").option.xAxis;
}

test("the axis holds every interval that is not much wider than the estimates", () => {
  // The farthest end is 10 + 8 = 18; with a tenth to spare 19.8, rounded up to 20.
  expect(limitOf([[row("ttft_ms_mean", -10, 8)]])).toMatchObject({ min: -20, max: 20 });
});

test("an interval far beyond the estimates runs out of the axis", () => {
  // Three times the farthest estimate is 30, and the interval would need 500.
  expect(limitOf([[row("ttft_ms_mean", -10, 2), row("ttft_ms_p99", 5, 500)]])).toMatchObject({ max: 30 });
});

test("all candidates share one axis, and the first explains it", () => {
  const forests = [[row("ttft_ms_mean", 1, 1)], [row("ttft_ms_mean", -40, 5)]];
  // 40 + 5 = 45, with a tenth to spare 49.5, rounded up to 50.
  expect(limitOf(forests)).toMatchObject({ max: 50 });
  expect(forestChart(forests, 0, "percent")?.reading).not.toBe("");
  expect(forestChart(forests, 1, "percent")?.reading).toBe("");
});

test("metrics, changes and tips are drawn; points are another chart", () => {
  const forests = [[row("ttft_ms_mean", -10, 8)]];
  const chart = forestChart(forests, 0, "percent");
  if (chart === null) throw new Error("there is a row in percent");
  const svg = drawChart(chart, "wide");
  expect(svg).toContain(">ttft_ms_mean<");
  expect(svg).toContain(">−10.0 %<");
  expect(svg).toContain("<title>ttft_ms_mean −10.0 %, 95 % interval −18.0 … −2.0: inconclusive</title>");
  expect(forestChart(forests, 0, "points")).toBeNull();
});
