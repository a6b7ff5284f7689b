// `trace synth --like FILE|PRESET --requests N`: writes a synthetic trace and says how near it came to what it is like.

import { existsSync, writeFileSync } from "node:fs";
import { TraceWriter, WRITTEN_FORMATS } from "../../../workloads/export/trace_writer.ts";
import { TraceFile } from "../../../workloads/import/trace_file.ts";
import type { TraceInspection } from "../../../workloads/inspect/trace_inspection.ts";
import { TraceInspector } from "../../../workloads/inspect/trace_inspector.ts";
import { FittedTrace } from "../../../workloads/synth/fitted_trace.ts";
import { plannedTrace } from "../../../workloads/synth/planned_trace.ts";
import { sessionPreset } from "../../../workloads/synth/presets/preset_registry.ts";
import type { SyntheticRequest } from "../../../workloads/synth/synthetic_request.ts";
import { TraceFit } from "../../../workloads/synth/trace_fit.ts";
import { Random } from "../../clock/random.ts";
import type { ConfigProblem } from "../../config/config_problem.ts";
import { FlagReader } from "../../config/flag_reader.ts";
import { suggestName } from "../../config/nearest_name.ts";
import { PRESET_NAMES } from "../../config/preset_name.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { readTraceFlags, TRACE_FLAGS } from "./trace_flags.ts";
import { inspectionJson } from "./trace_json.ts";
import { printTables } from "./trace_print.ts";
import { distanceOf, renderTraceReport, traceTables } from "./trace_report.ts";
import type { Inspected } from "./trace_tables.ts";

const FLAGS = {
  ...TRACE_FLAGS,
  like: "value",
  out: "value",
  requests: "value",
  to: "value",
  "no-compare": "switch",
  report: "value",
} as const;
const PRESET_BLOCK_TOKENS = 512;

interface Model {
  /** Null: the trace is made without contents. */
  readonly block_tokens: number | null;
  readonly requests: () => Iterable<SyntheticRequest>;
  /** What it is like; null for a preset, which is like nothing at hand. */
  readonly original: TraceInspection | null;
  /** Where its numbers come from. */
  readonly source: string;
}

export function traceSynth(argv: readonly string[]): ConfigProblem[] | null {
  const flags = new FlagReader(argv, FLAGS);
  const like = required(flags, "like", "Use --like FILE, or a preset: see trace --help.");
  const out = required(flags, "out", "Use for example -o synthetic.jsonl.");
  const requests = flags.integer("requests", 1) ?? 0;
  if (!flags.has("requests")) required(flags, "requests", "Use for example --requests 10000.");
  const options = readTraceFlags(flags, like);
  const to = flags.choice("to", WRITTEN_FORMATS);
  if (flags.has("report") && flags.has("no-compare")) {
    const next_step = "Leave one of them out.";
    flags.report({ path: "--report", rule: "must not go with --no-compare", got: undefined, next_step });
  }
  if (flags.problems.length > 0) return flags.problems;
  const model = modelOf(like, requests, options);
  if (!model.ok) return model.error;

  const { block_tokens, original, source } = model.value;
  const format = to ?? (block_tokens === null ? "azure" : block_tokens === 16 ? "timed_trace" : "mooncake");
  const writer = new TraceWriter(out, format);
  const compares = !flags.has("no-compare");
  const inspector = new TraceInspector(block_tokens);
  for (const request of model.value.requests()) {
    writer.write(request);
    if (compares) inspector.add(seen(request));
  }
  writer.close();
  const summary = { out, format, requests, bytes: writer.bytes, like, source };
  const made = compares ? inspector.finish() : null;
  const traces = made === null ? [] : comparedTraces(original, made);
  const page = flags.text("report");
  if (page !== undefined) writeFileSync(page, renderTraceReport(traces, `${like}: ${source}.`));
  if (flags.has("json")) {
    const distance = distanceOf(traces);
    const inspected = {
      original: original && inspectionJson(original),
      synthetic: made && inspectionJson(made),
    };
    console.log(JSON.stringify({ ...summary, distance, ...inspected }, null, 2));
    return null;
  }
  printTables(traceTables(traces));
  console.log(`${out}: ${requests} requests, ${writer.bytes} bytes, ${format}\nSource: ${source}`);
  if (page !== undefined) console.log(`Report: ${page}`);
  return null;
}

function comparedTraces(original: TraceInspection | null, made: TraceInspection): Inspected[] {
  const synthetic = { label: "synthetic", inspection: made };
  return original === null ? [synthetic] : [{ label: "original", inspection: original }, synthetic];
}

function required(flags: FlagReader, name: string, next_step: string): string {
  const text = flags.text(name) ?? "";
  if (text === "") flags.report({ path: `--${name}`, rule: "must be given", got: undefined, next_step });
  return text;
}

type Options = ReturnType<typeof readTraceFlags>;

function modelOf(like: string, requests: number, options: Options): Result<Model, ConfigProblem[]> {
  const preset = PRESET_NAMES.find((name) => name === like);
  if (preset !== undefined) return ok(presetModel(preset, requests, options.seed));
  if (existsSync(like)) return fittedModel(requests, options);
  const next_step = suggestName(like, PRESET_NAMES);
  return err([{ path: "--like", rule: "must be a trace file or a preset", got: like, next_step }]);
}

function presetModel(name: (typeof PRESET_NAMES)[number], requests: number, seed: number): Model {
  const preset = sessionPreset(name);
  const random = new Random(seed).fork(name);
  return {
    block_tokens: PRESET_BLOCK_TOKENS,
    requests: () => plannedTrace(preset.plans(random), PRESET_BLOCK_TOKENS).take(requests),
    original: null,
    source: preset.source,
  };
}

/** A trace shorter than the original is held against as many requests of the original's beginning. */
function fittedModel(requests: number, options: Options): Result<Model, ConfigProblem[]> {
  const file = TraceFile.open(options);
  if (!file.ok) return file;
  const { block_tokens } = file.value;
  const fit = new TraceFit(block_tokens);
  const inspector = new TraceInspector(block_tokens);
  const counts = file.value.read((request) => {
    fit.add(request);
    if (fit.requests <= requests) inspector.add(request);
  });
  if (!counts.ok) return counts;
  return ok({
    block_tokens,
    requests: () => new FittedTrace(fit, requests, new Random(options.seed).fork("synth")).requests(),
    original: inspector.finish(),
    source: `families of requests in ${options.path}, drawn anew (workloads/synth/fitted_trace.ts)`,
  });
}

function seen({ at_ns, input_tokens, output_tokens, hash_ids }: SyntheticRequest) {
  const ids = hash_ids === null ? null : Array.from(hash_ids);
  return { at_ns, delay_ns: null, input_tokens, output_tokens, hash_ids: ids, session_id: null };
}
