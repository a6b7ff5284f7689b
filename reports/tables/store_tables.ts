// What the engines asked of the store, and what the store did on its own. Two tables, so that neither is too wide to print.

import { formatBytes } from "../../harness/domain/units.ts";
import type { ArmSummary, Measured, RunSummary } from "../../harness/measure/run_summary.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { formatCount, formatRatio } from "../wording/format_value.ts";
import { type Cell, cell, left, measuredCell, type ReportTable, right } from "./report_table.ts";

export function storeTrafficTable({ arms }: RunSummary): ReportTable {
  const fields = [
    "put_batches",
    "put_keys",
    "local_put_ratio",
    "get_batches",
    "get_keys",
    "remote_read_bytes",
    "split_batches",
  ] as const;
  return storeTable("Store traffic", arms, fields, ({ store }, field) =>
    measuredCell(store[field], FORMATS[field] ?? formatCount),
  );
}

const FORMATS: Readonly<Record<string, (value: number) => string>> = {
  local_put_ratio: formatRatio,
  remote_read_bytes: formatBytes,
};

export function storeUpkeepTable({ arms }: RunSummary): ReportTable {
  const fields = ["evicted_keys", "offloaded_keys", "stale_reads", "corrupt_reads"] as const;
  return storeTable("Store upkeep and checked reads", arms, fields, (arm, field) => {
    if (field === "stale_reads" || field === "corrupt_reads") return mustBeZero(arm[field]);
    return measuredCell(arm.store[field], formatCount);
  });
}

function storeTable<F extends string>(
  title: string,
  arms: readonly ArmSummary[],
  fields: readonly F[],
  cellOf: (arm: ArmSummary, field: F) => Cell,
): ReportTable {
  const labels = labelArms(arms.map((arm) => arm.name));
  return {
    title,
    columns: [left(labels.column), ...fields.map(right)],
    rows: arms.map((arm) => [cell(labels.of(arm.name)), ...fields.map((field) => cellOf(arm, field))]),
  };
}

function mustBeZero(count: Measured): Cell {
  const shown = measuredCell(count, formatCount);
  return count === 0 ? shown : { ...shown, tone: "bad" };
}
