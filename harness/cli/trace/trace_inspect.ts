// `trace inspect FILE [--with FILE]`: one pass, then tables, JSON, charts or a page; of two traces side by side, with their distance.

import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type ReadCounts, TraceFile, type TraceFileOptions } from "../../../workloads/import/trace_file.ts";
import { TraceInspector } from "../../../workloads/inspect/trace_inspector.ts";
import type { ConfigProblem } from "../../config/config_problem.ts";
import { FlagReader } from "../../config/flag_reader.ts";
import { ok, type Result } from "../../domain/result.ts";
import { traceCharts } from "./trace_charts.ts";
import { readTraceFlags, TRACE_FLAGS } from "./trace_flags.ts";
import { inspectionJson } from "./trace_json.ts";
import { countsJson, printTables, warnOfOmissions } from "./trace_print.ts";
import { distanceOf, renderTraceReport, traceTables } from "./trace_report.ts";
import type { Inspected } from "./trace_tables.ts";

const FLAGS = { ...TRACE_FLAGS, report: "value", svg: "value", with: "value" } as const;

interface Read extends Inspected {
  readonly path: string;
  readonly format: string;
  readonly counts: ReadCounts;
}

export function traceInspect(argv: readonly string[]): ConfigProblem[] | null {
  const flags = new FlagReader(argv, FLAGS);
  const options = readTraceFlags(flags, null);
  if (flags.problems.length > 0) return flags.problems;
  const beside = flags.text("with");
  const reads: Read[] = [];
  for (const path of [options.path, ...(beside === undefined ? [] : [beside])]) {
    const read = inspectFile({ ...options, path });
    if (!read.ok) return read.error;
    reads.push(read.value);
  }
  const traces = reads.map((read) => ({ ...read, label: labelOf(read, reads) }));
  const written = [...writeCharts(traces, flags.text("svg")), ...writePage(traces, flags.text("report"))];
  for (const { counts } of traces) warnOfOmissions(counts);
  if (flags.has("json")) {
    console.log(JSON.stringify(jsonOf(traces), null, 2));
    return null;
  }
  printTables(traceTables(traces));
  for (const line of written) console.log(line);
  return null;
}

function inspectFile(options: TraceFileOptions): Result<Read, ConfigProblem[]> {
  const file = TraceFile.open(options);
  if (!file.ok) return file;
  const inspector = new TraceInspector(file.value.block_tokens);
  const counts = file.value.read((request) => inspector.add(request));
  if (!counts.ok) return counts;
  const { name: format } = file.value.format;
  const { path } = options;
  return ok({ label: format, inspection: inspector.finish(), path, format, counts: counts.value });
}

/** The format of a trace alone; of two, their files' names, or paths where those are the same. */
function labelOf({ path, format }: Read, reads: readonly Read[]): string {
  if (reads.length === 1) return format;
  const names = reads.map((read) => basename(read.path));
  return new Set(names).size === names.length ? basename(path) : path;
}

function writeCharts(traces: readonly Read[], directory: string | undefined): string[] {
  if (directory === undefined) return [];
  mkdirSync(directory, { recursive: true });
  return traceCharts(traces).map(({ name, svg }) => {
    const path = join(directory, `${name}.svg`);
    writeFileSync(path, svg);
    return `Chart: ${path}`;
  });
}

function writePage(traces: readonly Read[], path: string | undefined): string[] {
  if (path === undefined) return [];
  const files = traces.map(({ path: file, format }) => `${file} (${format})`).join(", ");
  writeFileSync(path, renderTraceReport(traces, `Read from ${files}.`));
  return [`Report: ${path}`];
}

function jsonOf(traces: readonly Read[]): object {
  const [first, ...others] = traces.map(({ path, format, counts, inspection }) => ({
    ...{ file: path, format, ...countsJson(counts) },
    ...inspectionJson(inspection),
  }));
  return others.length === 0 ? { ...first } : { ...first, with: others[0], distance: distanceOf(traces) };
}
