// How bytes went between the nodes of each arm and inside them: the path that was chosen for a pair, what it was chosen over, and
// what the engines moved there.

import { formatBytes } from "../../harness/domain/units.ts";
import type { ChosenPath } from "../../harness/measure/manifest.ts";
import type { ArmSummary, PathUse } from "../../harness/measure/run_summary.ts";
import type { ReportInput } from "../report_input.ts";
import { labelArms } from "../wording/arm_labels.ts";
import {
  type Cell,
  cell,
  left,
  measuredCell,
  NOT_APPLICABLE,
  type ReportTable,
  right,
} from "./report_table.ts";

/** Empty for a run whose paths nobody chose or counted. */
export function pathTable({ manifest, summary }: Pick<ReportInput, "manifest" | "summary">): ReportTable {
  const labels = labelArms(summary.arms.map((arm) => arm.name));
  return {
    title: "Paths between nodes",
    columns: [
      left(labels.column),
      left("nodes"),
      left("path"),
      right("store bytes"),
      right("hand-over bytes"),
      left("chosen because"),
    ],
    rows: summary.arms.flatMap((arm) => rowsOf(arm, manifest.paths ?? [], labels.of(arm.name))),
    blocks: true,
  };
}

type Way = Pick<PathUse, "nodes" | "path">;

/** A row for each way that was chosen or taken: what was taken and not chosen stands out as one of its own. */
function rowsOf({ name, paths = [] }: ArmSummary, chosen: readonly ChosenPath[], label: string): Cell[][] {
  const mine = chosen.filter(({ arm }) => arm === name);
  const ways = new Map<string, Way>();
  for (const { nodes, path } of [...mine, ...paths]) ways.set([...nodes, path].join("\n"), { nodes, path });
  return [...ways.values()].map(({ nodes, path }) => {
    const [a, b] = nodes;
    const isThis = (other: Way): boolean =>
      other.path === path && other.nodes[0] === a && other.nodes[1] === b;
    const moved = (errand: PathUse["errand"]): Cell => {
      const use = paths.find((other) => other.errand === errand && isThis(other));
      return use === undefined ? NOT_APPLICABLE : measuredCell(use.bytes, formatBytes);
    };
    const why = mine.find(isThis)?.why;
    return [
      cell(label),
      cell(a === b ? a : `${a}–${b}`),
      cell(path),
      moved("store"),
      moved("handover"),
      why === undefined ? cell(a === b ? "one node" : "") : cell(why),
    ];
  });
}
