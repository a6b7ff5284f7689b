// The settings that are not the same in all arms, with each arm's value.

import type { Manifest } from "../../harness/measure/manifest.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { cell, left, type ReportTable } from "./report_table.ts";

export function configDiffTable({ arms, config_diff }: Manifest): ReportTable {
  const labels = labelArms(arms.map((arm) => arm.name));
  return {
    title: "Where the arms' configurations differ",
    blocks: true,
    columns: [left("path"), left(labels.column), left("value")],
    rows: config_diff.flatMap(({ path, values }) =>
      arms.map((arm, i) => [cell(path), cell(labels.of(arm.name)), cell(showValue(values[i]))]),
    ),
  };
}

/** An absent setting is null in the file. */
function showValue(value: unknown): string {
  return value === undefined || value === null ? "absent" : (JSON.stringify(value) ?? "absent");
}
