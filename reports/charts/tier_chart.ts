// Where prompt tokens came from, stacked per arm, beside what a cache without limit would have hit.

import { TIERS } from "../../harness/domain/tier.ts";
import { isAvailable } from "../../harness/measure/measured.ts";
import type { ArmSummary, Measured, RunSummary } from "../../harness/measure/run_summary.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { formatMeasured, formatRatio } from "../wording/format_value.ts";
import { rowAxis, rowGrid, rowsHeight_px, valueAxis } from "./axes.ts";
import type { Chart, ChartSize, DrawnChart } from "./chart.ts";
import { CEILING, tierColour } from "./palette.ts";

const SOURCES = [...TIERS, "miss"] as const;
type Source = (typeof SOURCES)[number];

/** Null: no arm has a hit ratio. */
export function tierChart(summary: RunSummary): Chart | null {
  const { arms } = summary;
  if (!arms.some((arm) => SOURCES.some((source) => isAvailable(ratioOf(arm, source))))) return null;
  const labels = labelArms(arms.map((arm) => arm.name));
  const described = arms.map((arm) => `${labels.of(arm.name)}: ${describe(arm)}`);
  return {
    id: "tiers",
    title: "Where prompt tokens came from",
    reading: "Misses are computed by prefill. The tick is the ceiling: what a cache without limit would hit.",
    description: described.join("; "),
    legend: [
      ...SOURCES.map((source) => ({ label: source, colour: tierColour(source), mark: "area" as const })),
      { label: "ceiling", colour: CEILING, mark: "tick" },
    ],
    draw: (size) => drawTiers(arms, labels.of, size),
    data: null,
  };
}

function drawTiers(
  arms: readonly ArmSummary[],
  label: (name: string) => string,
  size: ChartSize,
): DrawnChart {
  const rows = arms.map((arm) => label(arm.name));
  const stacks = SOURCES.map((source) => ({
    type: "bar" as const,
    stack: "tokens",
    barWidth: 18,
    itemStyle: { color: tierColour(source) },
    data: arms.map((arm) => percentOf(ratioOf(arm, source))),
  }));
  const ceilings = arms.flatMap((arm, row) => {
    const ratio = arm.tiers.theoretical_hit_ratio;
    return isAvailable(ratio)
      ? [{ at: [100 * ratio, row], tip: `${rows[row]}: ceiling ${formatRatio(ratio)}` }]
      : [];
  });
  return {
    height_px: rowsHeight_px(rows, 36, size),
    option: {
      grid: rowGrid(size),
      xAxis: valueAxis("share of prompt tokens (%)", { min: 0, max: 100, interval: 25 }),
      yAxis: rowAxis(rows, size),
      series: [
        ...stacks,
        {
          type: "scatter",
          symbol: "rect",
          symbolSize: [3, 28],
          itemStyle: { color: CEILING, opacity: 1 },
          data: ceilings.map(({ at }) => at),
        },
      ],
    },
    tips: [
      ...SOURCES.map((source) =>
        arms.map((arm, row) => `${rows[row]}: ${source} ${show(ratioOf(arm, source))}`),
      ),
      ceilings.map(({ tip }) => tip),
    ],
  };
}

function describe(arm: ArmSummary): string {
  const parts = SOURCES.map((source) => `${source} ${show(ratioOf(arm, source))}`);
  return [...parts, `ceiling ${show(arm.tiers.theoretical_hit_ratio)}`].join(", ");
}

function ratioOf({ tiers }: ArmSummary, source: Source): Measured {
  return source === "miss" ? tiers.miss.ratio : tiers[source].hit_ratio;
}

function show(ratio: Measured): string {
  return formatMeasured(ratio, formatRatio);
}

/** A missing part has no bar, which is not a bar of length 0: the table says why. */
function percentOf(ratio: Measured): number | null {
  return isAvailable(ratio) ? 100 * ratio : null;
}
