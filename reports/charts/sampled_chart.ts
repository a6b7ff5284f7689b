// Charts of samples: what the engines had to do, and how full the tiers were, over the time of each arm's first pair.

import { mean } from "../../harness/stats/distribution.ts";
import { type Cell, cell, left, missingCell, type ReportTable } from "../tables/report_table.ts";
import type { ArmLabels } from "../wording/arm_labels.ts";
import { formatNumber } from "../wording/format_value.ts";
import type { Chart } from "./chart.ts";
import { armColour, tierColour } from "./palette.ts";
import { drawPanels, type PanelAxes, type PanelLine, SHADE } from "./panels.ts";
import type { SampledArm } from "./sampled_arms.ts";
import { TENTH_MIDDLES, tenthColumns } from "./tenths.ts";

/** [samples] of one arm; null: not known. */
type Series = (arm: SampledArm) => readonly (number | null)[];

interface SampledLine extends Pick<PanelLine, "colour" | "dash"> {
  readonly label: string;
  readonly of: Series;
}

interface SampledQuantity {
  readonly id: string;
  readonly title: string;
  readonly reading: string;
  readonly y_name: string;
  /** Of the highest value: how far the axis goes, and its steps. */
  readonly range: (highest: number) => Pick<PanelAxes, "y_max" | "y_interval">;
  /** Of a line without any value. */
  readonly why_unknown: string;
  readonly lines: readonly SampledLine[];
}

const QUEUES: SampledQuantity = {
  id: "queues",
  title: "Requests in the engines",
  reading:
    "Sum over the engines: in a batch, waiting for a place in one, and waiting for KV from another engine or the store.",
  y_name: "requests (count)",
  range: countRange,
  why_unknown: "no engine reports it",
  lines: [
    { label: "running", colour: armColour(1), dash: "solid", of: (arm) => arm.running },
    { label: "waiting", colour: armColour(2), dash: "dashed", of: (arm) => arm.waiting },
    { label: "waiting for remote KV", colour: armColour(5), dash: "dotted", of: (arm) => arm.waiting_remote },
  ],
};

const OCCUPANCY: SampledQuantity = {
  id: "occupancy",
  title: "How full the tiers are",
  reading:
    "HBM: mean over the engines of the share of blocks that requests hold; cpu: the owners' segments; disk: their files. A tier whose capacity is not known has no line.",
  y_name: "share of capacity (%)",
  range: (highest) => ({ y_max: Math.max(100, 25 * Math.ceil(highest / 25)), y_interval: 25 }),
  why_unknown: "no capacity known",
  lines: [
    { label: "hbm", colour: tierColour("hbm"), dash: "solid", of: (arm) => arm.hbm_pct },
    { label: "cpu", colour: tierColour("cpu"), dash: "dashed", of: (arm) => arm.cpu_pct },
    { label: "disk", colour: tierColour("disk"), dash: "dotted", of: (arm) => arm.disk_pct },
  ],
};

/** Null: no arm was sampled. */
export function queueChart(arms: readonly SampledArm[], labels: ArmLabels): Chart | null {
  return sampledChart(QUEUES, arms, labels);
}

/** Null: no arm was sampled. */
export function occupancyChart(arms: readonly SampledArm[], labels: ArmLabels): Chart | null {
  return sampledChart(OCCUPANCY, arms, labels);
}

function sampledChart(
  quantity: SampledQuantity,
  arms: readonly SampledArm[],
  labels: ArmLabels,
): Chart | null {
  if (arms.length === 0) return null;
  const { lines, y_name } = quantity;
  const highest = Math.max(...arms.flatMap((arm) => lines.map(({ of }) => peak(of(arm)) ?? 0)));
  const axes = {
    x_name: "time since the first send (s)",
    x_max_s: Math.max(...arms.map(({ end_s }) => end_s)),
    y_name,
    ...quantity.range(highest),
  };
  const panels = arms.map((arm) => ({
    title: `${labels.column}: ${labels.of(arm.arm)}`,
    lines: lines.map(({ colour, dash, of }) => ({ colour, dash, points: thinned(arm.at_s, of(arm)) })),
    faults: arm.faults,
  }));
  const shaded = arms.some(({ faults }) => faults.length > 0);
  return {
    id: quantity.id,
    title: quantity.title,
    reading: `${quantity.reading} First pair of each arm.${shaded ? " Shaded: a fault." : ""}`,
    description: arms.map((arm) => describe(arm, lines, labels)).join(" "),
    legend: [
      ...lines.map(
        ({ label, colour, dash }) => ({ label, colour, mark: dash === "solid" ? "line" : dash }) as const,
      ),
      ...(shaded ? [{ label: "fault", colour: SHADE, mark: "area" } as const] : []),
    ],
    draw: (size) => drawPanels(panels, axes, size),
    data: tenthsTable(quantity, arms, labels, axes.x_max_s),
  };
}

/** Of an axis of counts: more would crowd a panel. */
const MOST_STEPS = 4;

/** Whole steps of 1, 2 or 5 times a power of ten. */
function countRange(highest: number): Pick<PanelAxes, "y_max" | "y_interval"> {
  const least = Math.max(1, highest / MOST_STEPS);
  const power = 10 ** Math.floor(Math.log10(least));
  const y_interval = power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
  return { y_max: y_interval * Math.max(2, Math.ceil(highest / y_interval)), y_interval };
}

function describe(arm: SampledArm, lines: readonly SampledLine[], labels: ArmLabels): string {
  const peaks = lines.map(({ label, of }) => {
    const highest = peak(of(arm));
    return `${label} ${highest === null ? "not known" : `at most ${formatNumber(highest)}`}`;
  });
  const faults = arm.faults.map(({ from_s, what }) => `; at ${formatNumber(from_s)} s ${what}`);
  return `${labels.of(arm.arm)}: ${peaks.join(", ")}${faults.join("")}.`;
}

/** Null: no sample has a value. */
function peak(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((a, b) => Math.max(a, b));
}

/** Of a line: a panel has less than two pixels for each. */
const MOST_POINTS = 240;

/** Of a long run the means of equal numbers of neighbours; a gap among them is a gap. */
function thinned(
  at_s: readonly number[],
  values: readonly (number | null)[],
): (readonly [number, number | null])[] {
  const each = Math.ceil(at_s.length / MOST_POINTS);
  return Array.from({ length: Math.ceil(at_s.length / each) }, (_, i) => {
    const times = at_s.slice(i * each, (i + 1) * each);
    const known = values.slice(i * each, (i + 1) * each).filter((value) => value !== null);
    return [mean(times), known.length < times.length ? null : mean(known)];
  });
}

/** The last sample at or before each of ten times. */
function tenthsTable(
  { title, y_name, lines, why_unknown }: SampledQuantity,
  arms: readonly SampledArm[],
  labels: ArmLabels,
  duration_s: number,
): ReportTable {
  return {
    title: `${title}, ${y_name}`,
    columns: [left(labels.column), left("series"), ...tenthColumns(duration_s)],
    blocks: true,
    rows: arms.flatMap((arm) =>
      lines.map(({ label, of }) => [
        cell(labels.of(arm.arm)),
        cell(label),
        ...TENTH_MIDDLES.map((part) => sampleCell(arm, of(arm), part * duration_s, why_unknown)),
      ]),
    ),
  };
}

function sampleCell(
  { at_s, end_s }: SampledArm,
  values: readonly (number | null)[],
  wanted_s: number,
  why_unknown: string,
): Cell {
  if (peak(values) === null) return missingCell(why_unknown);
  if (wanted_s > end_s) return missingCell("ended");
  const value = values[at_s.findLastIndex((sampled_s) => sampled_s <= wanted_s)];
  return value === undefined || value === null ? missingCell("no sample") : cell(formatNumber(value));
}
