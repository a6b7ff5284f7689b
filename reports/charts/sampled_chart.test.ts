import { expect, test } from "bun:test";
import { reportFixture } from "../report_fixture.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { CHART_WIDTH_PX } from "./chart.ts";
import { drawChart } from "./draw_chart.ts";
import { sampledArms } from "./sampled_arms.ts";
import { occupancyChart, queueChart } from "./sampled_chart.ts";

function chartsOf(input: ReturnType<typeof reportFixture>) {
  const labels = labelArms(input.summary.arms.map(({ name }) => name));
  const arms = sampledArms(input);
  return [queueChart(arms, labels), occupancyChart(arms, labels)].filter((chart) => chart !== null);
}

test("ten arms have a panel each, none outside the drawing", () => {
  const charts = chartsOf(reportFixture({ arms: 10, pairs: 1 }));
  expect(charts).toHaveLength(2);
  for (const chart of charts) {
    for (const size of ["wide", "narrow"] as const) {
      const svg = drawChart(chart, size);
      const { height_px } = chart.draw(size);
      expect(svg.match(/time since the first send \(s\)/g)).toHaveLength(10);
      const places = [...svg.matchAll(/<text [^>]*translate\(([-\d.]+) ([-\d.]+)\)/g)].map(([, x, y]) => [
        Number(x),
        Number(y),
      ]);
      expect(places.length).toBeGreaterThan(40);
      const outside = places.filter(
        ([x = -1, y = -1]) => x < 0 || y < 0 || x > CHART_WIDTH_PX[size] || y > height_px,
      );
      expect(outside).toEqual([]);
    }
  }
});

test("a fault is shaded in its arm's panel, and says what it is there, in the tip and in the description", () => {
  for (const chart of chartsOf(reportFixture({ arms: 3, pairs: 1, invalid: true }))) {
    expect(chart.legend.map(({ label }) => label)).toContain("fault");
    const svg = drawChart(chart, "wide");
    expect(svg.match(/<title>owner-1 was killed<\/title>/g)).toHaveLength(1);
    expect(svg.match(/>owner-1 was killed<\/text>/g)).toHaveLength(1);
    expect(chart.description).toContain("at 0.400 s owner-1 was killed");
  }
});

test("without a sample there is no chart", () => {
  expect(chartsOf(reportFixture({ missing: true }))).toEqual([]);
});

test("the table has a row per arm and series; a tier without capacity is n/a in it", () => {
  const [, occupancy] = chartsOf(reportFixture({ arms: 2, pairs: 1 }));
  const rows = occupancy?.data?.rows ?? [];
  expect(rows.map((row) => [row[0]?.text, row[1]?.text].join(" "))).toEqual([
    ...["off hbm", "off cpu", "off disk"],
    ...["local hbm", "local cpu", "local disk"],
  ]);
  expect(rows[2]?.[2]).toMatchObject({ text: "n/a", why: "no capacity known" });
});
