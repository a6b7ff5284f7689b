// What the load client itself costs on the machine of the run: figures near these say something of the client.

import { FLOOR_NOT_MEASURED, type MachineFloor } from "../../harness/measure/machine_floor.ts";
import type { Manifest } from "../../harness/measure/manifest.ts";
import { isAvailable } from "../../harness/measure/measured.ts";
import { formatCount, formatNumber } from "../wording/format_value.ts";
import { type Cell, cell, left, measuredCell, missingCell, type ReportTable, right } from "./report_table.ts";

export function floorTable({ floor = FLOOR_NOT_MEASURED }: Manifest): ReportTable {
  return {
    title: "Floor: the load client alone, against a server that answers at once",
    columns: [left("figure"), right("floor"), left("measured with")],
    rows: isAvailable(floor) ? rowsOf(floor) : [[cell("all figures"), missingCell(floor.na), cell("")]],
  };
}

function rowsOf(floor: MachineFloor): Cell[][] {
  const { ttft_ms_p50, itl_ms_p50, events_per_s, cpu_us_per_event, schedule_lag } = floor;
  const open_loop = cell(`open loop, ${formatCount(schedule_lag.rate_per_s)} requests/s`);
  const one = cell("one stream alone");
  const by = floor.clients === undefined ? "" : `, over ${floor.clients} client processes`;
  const many = cell(`${formatCount(floor.streams)} streams at once${by}`);
  return [
    [cell("ttft_ms_p50"), cell(formatNumber(ttft_ms_p50)), one],
    [cell("itl_ms_p50"), measuredCell(itl_ms_p50, formatNumber), one],
    [cell("events_per_s"), cell(formatCount(Math.round(events_per_s))), many],
    [cell("cpu_us_per_event"), cell(formatNumber(cpu_us_per_event)), many],
    [cell("schedule_lag_ms_p50"), cell(formatNumber(schedule_lag.schedule_lag_ms_p50)), open_loop],
    [cell("schedule_lag_ms_p99"), cell(formatNumber(schedule_lag.schedule_lag_ms_p99)), open_loop],
  ];
}
