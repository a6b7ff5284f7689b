// What inspection found, as tables. Two inspections side by side have a column each.

import {
  type Cell,
  cell,
  left,
  missingCell,
  type ReportTable,
  right,
} from "../../../reports/tables/report_table.ts";
import { formatCount, formatNumber } from "../../../reports/wording/format_value.ts";
import type { HitCurve } from "../../../workloads/inspect/hit_curve.ts";
import type { TraceInspection, TraceSamples } from "../../../workloads/inspect/trace_inspection.ts";
import type { CurveDistance, TraceDistance } from "../../../workloads/synth/trace_distance.ts";
import { describeSamples } from "../../stats/distribution.ts";

export interface Inspected {
  /** Column header. */
  readonly label: string;
  readonly inspection: TraceInspection;
}

export const SAMPLE_NAMES: readonly (keyof TraceSamples)[] = [
  "input_tokens",
  "output_tokens",
  "gap_ms",
  "turns",
  "shared_tokens",
  "reuse_requests",
  "reuse_s",
];

const NO_TIMES = "the format has no times";
const NO_CONTENTS = "the format says nothing of contents";

/** Counts and rates, a row each. */
export function countsTable(traces: readonly Inspected[]): ReportTable {
  const row = (label: string, of: (inspection: TraceInspection) => Cell): Cell[] => [
    cell(label),
    ...traces.map(({ inspection }) => of(inspection)),
  ];
  const count = (value: number | null | undefined, why: string): Cell =>
    value === null || value === undefined ? missingCell(why) : cell(formatCount(value));
  return {
    title: "Trace",
    columns: [left(""), ...traces.map(({ label }) => right(label))],
    rows: [
      row("requests", ({ requests }) => cell(formatCount(requests))),
      row("sessions", ({ sessions }) =>
        sessions === null
          ? missingCell("not named, and no contents to find them by")
          : cell(formatCount(sessions.count)),
      ),
      row("sessions are", ({ sessions }) => cell(sessions === null ? "" : `${sessions.source}`)),
      row("input_tokens", ({ input_tokens }) => cell(formatCount(input_tokens))),
      row("output_tokens", ({ output_tokens }) => cell(formatCount(output_tokens))),
      row("span_s", ({ arrivals }) => count(arrivals && arrivals.last_s - arrivals.first_s, NO_TIMES)),
      row("requests_per_s", ({ arrivals }) => count(arrivals?.requests_per_s, NO_TIMES)),
      row("gap_cv (1: Poisson)", ({ arrivals }) => count(arrivals?.gap_cv, NO_TIMES)),
      row("out_of_order", ({ arrivals }) => count(arrivals?.out_of_order, NO_TIMES)),
      row("block_tokens", ({ contents }) => count(contents?.block_tokens, NO_CONTENTS)),
      row("block references", ({ contents }) => count(contents?.sharing.references, NO_CONTENTS)),
      row("distinct blocks", ({ contents }) => count(contents?.sharing.distinct, NO_CONTENTS)),
      row("  in several prompts", ({ contents }) => count(contents?.sharing.shared, NO_CONTENTS)),
      row("  first of a prompt (roots)", ({ contents }) => count(contents?.sharing.roots, NO_CONTENTS)),
      row("  where prompts part (forks)", ({ contents }) => count(contents?.sharing.forks, NO_CONTENTS)),
      row("  last of a prompt (leaves)", ({ contents }) => count(contents?.sharing.leaves, NO_CONTENTS)),
      row("blocks of the longest prompt", ({ contents }) => count(contents?.sharing.deepest, NO_CONTENTS)),
    ],
  };
}

/** Mean and quantiles of every statistic, a row a statistic and trace. */
export function distributionTable(traces: readonly Inspected[]): ReportTable {
  const named = traces.length > 1;
  return {
    title: "Distributions",
    columns: [
      left(""),
      ...(named ? [left("trace")] : []),
      ...["n", "mean", "p50", "p90", "p99", "max"].map(right),
    ],
    rows: SAMPLE_NAMES.flatMap((name) =>
      traces.map(({ label, inspection }) => [
        cell(name),
        ...(named ? [cell(label)] : []),
        ...distributionCells(inspection.samples[name]),
      ]),
    ),
    blocks: true,
  };
}

function distributionCells(samples: Float64Array): Cell[] {
  if (samples.length === 0) return Array.from({ length: 6 }, () => missingCell("the trace does not tell"));
  const { n, mean, p50, p90, p99, max } = describeSamples(Array.from(samples));
  return [cell(formatCount(n)), ...[mean, p50, p90, p99, max].map((value) => cell(formatNumber(value)))];
}

/** The most used openings of prompts. */
export function openingsTable({ contents }: TraceInspection): ReportTable | null {
  if (contents === null || contents.sharing.openings.length === 0) return null;
  return {
    title: "Most used openings (as far as half of the prompts that begin so go along)",
    columns: [right("first hash_id"), right("requests"), right("blocks"), right("tokens")],
    rows: contents.sharing.openings.map(({ hash_id, requests, blocks }) => [
      cell(String(hash_id)),
      cell(formatCount(requests)),
      cell(formatCount(blocks)),
      cell(formatCount(blocks * contents.block_tokens)),
    ]),
  };
}

/** The tree of prefixes by depth, a row a depth and trace. */
export function treeTable(traces: readonly Inspected[]): ReportTable | null {
  const named = traces.length > 1;
  const rows = traces.flatMap(({ label, inspection: { contents } }) =>
    (contents?.sharing.levels ?? []).map(({ depth, prompts, distinct, shared }) => ({
      depth,
      cells: [
        cell(formatCount(depth)),
        ...(named ? [cell(label)] : []),
        ...[prompts, distinct, shared].map((count) => cell(formatCount(count))),
        cell(`${(100 * (1 - distinct / prompts)).toFixed(1)} %`),
      ],
    })),
  );
  if (rows.length === 0) return null;
  return {
    title: "Tree of prefixes by depth",
    columns: [
      right("depth (blocks)"),
      ...(named ? [left("trace")] : []),
      ...["prompts so long", "different blocks there", "in several prompts", "seen before"].map(right),
    ],
    rows: rows.sort((a, b) => a.depth - b.depth).map(({ cells }) => cells),
    blocks: true,
  };
}

/** What a cache must hold. */
export function workingSetTable({ contents }: TraceInspection): ReportTable | null {
  if (contents === null) return null;
  const { curve, sharing, block_tokens } = contents;
  const row = (label: string, tokens: number): Cell[] => [cell(label), cell(formatCount(tokens))];
  return {
    title: "Working set (tokens, in whole blocks)",
    columns: [left(""), right("tokens")],
    rows: [
      row("all distinct blocks", sharing.distinct * block_tokens),
      ...[0.5, 0.9, 0.99, 1].map((share) =>
        row(`for ${100 * share} % of what an unbounded LRU cache hits`, curve.capacityTokensFor(share)),
      ),
    ],
  };
}

export function hitTable(curve: HitCurve, capacities_tokens: readonly number[]): ReportTable {
  const row = (label: string, { block_ratio, token_ratio }: ReturnType<HitCurve["at"]>): Cell[] => [
    cell(label),
    cell(block_ratio.toFixed(4)),
    cell(token_ratio.toFixed(4)),
  ];
  return {
    title: "Theoretical hit ratio (LRU, prefix hits, every block cached as soon as seen)",
    columns: [right("capacity_tokens"), right("of blocks"), right("of tokens")],
    rows: [
      ...capacities_tokens.map((tokens) => row(formatCount(tokens), curve.at(tokens))),
      row("unbounded", curve.unbounded()),
    ],
  };
}

/** Doublings of the block, up to more than the trace can use. */
export function shownCapacities(curve: HitCurve): number[] {
  const capacities: number[] = [];
  for (let blocks = 8; blocks < 2 * curve.largest_useful_blocks; blocks *= 2) {
    capacities.push(blocks * curve.block_tokens);
  }
  return capacities;
}

/** A synthetic trace is to have the original's hit ratio within so many points at every capacity. */
const HIT_CURVE_POINTS_MAX = 2;

export function distanceTable({ ks, hit_curve }: TraceDistance): ReportTable {
  const rows = SAMPLE_NAMES.map((name) => {
    const distance = ks[name];
    const shown = distance === null ? missingCell("a trace does not tell") : cell(distance.toFixed(4));
    return [cell(name), cell("Kolmogorov–Smirnov"), shown];
  });
  return {
    title: "Distance (0: equal)",
    columns: [left("statistic"), left("distance"), right("")],
    rows: [...rows, [cell("hit curve"), cell("largest difference, points"), curveCell(hit_curve)]],
  };
}

function curveCell(distance: CurveDistance | null): Cell {
  if (distance === null) return missingCell("a trace says nothing of contents");
  const { points, at_capacity_tokens } = distance;
  const is_near = points <= HIT_CURVE_POINTS_MAX;
  const verdict = `${is_near ? "within" : "beyond"} ${HIT_CURVE_POINTS_MAX}`;
  const text = `${points.toFixed(2)} at ${formatCount(at_capacity_tokens)} tokens: ${verdict}`;
  return cell(text, is_near ? "good" : "bad");
}
