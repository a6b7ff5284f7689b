// `trace inspect FILE`: one pass, then tables, JSON or charts.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TraceFile } from "../../workloads/import/trace_file.ts";
import { TraceInspector } from "../../workloads/inspect/trace_inspector.ts";
import type { ConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { traceCharts } from "./trace_charts.ts";
import { readTraceFlags, TRACE_FLAGS } from "./trace_flags.ts";
import { inspectionJson } from "./trace_json.ts";
import { countsJson, printTables, warnOfOmissions } from "./trace_print.ts";
import {
  countsTable,
  distributionTable,
  hitTable,
  openingsTable,
  shownCapacities,
  workingSetTable,
} from "./trace_tables.ts";

export function traceInspect(argv: readonly string[]): ConfigProblem[] | null {
  const flags = new FlagReader(argv, { ...TRACE_FLAGS, svg: "value" });
  const options = readTraceFlags(flags, null);
  if (flags.problems.length > 0) return flags.problems;
  const file = TraceFile.open(options);
  if (!file.ok) return file.error;
  const inspector = new TraceInspector(file.value.block_tokens);
  const counts = file.value.read((request) => inspector.add(request));
  if (!counts.ok) return counts.error;
  const inspection = inspector.finish();
  const format = file.value.format.name;

  const svg_dir = flags.text("svg");
  if (svg_dir !== undefined) mkdirSync(svg_dir, { recursive: true });
  const traces = [{ label: format, inspection }];
  const charts = svg_dir === undefined ? [] : traceCharts(traces);
  for (const { name, svg } of charts) writeFileSync(join(svg_dir ?? "", `${name}.svg`), svg);

  warnOfOmissions(counts.value);
  if (flags.has("json")) {
    const read = { file: options.path, format, ...countsJson(counts.value) };
    console.log(JSON.stringify({ ...read, ...inspectionJson(inspection) }, null, 2));
    return null;
  }
  const curve = inspection.contents?.curve;
  printTables([
    countsTable(traces),
    distributionTable(traces),
    openingsTable(inspection),
    workingSetTable(inspection),
    curve === undefined ? null : hitTable(curve, shownCapacities(curve)),
  ]);
  for (const { name } of charts) console.log(`Chart: ${join(svg_dir ?? "", `${name}.svg`)}`);
  return null;
}
