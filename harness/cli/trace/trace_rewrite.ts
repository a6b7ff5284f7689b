// `trace convert`, `slice` and `scale`: read a trace, change its requests one by one, write them. Streams: memory does not
// grow with the file (but for a name a session, where a format has them).

import { existsSync, realpathSync, rmSync } from "node:fs";
import { reblock } from "../../../workloads/export/reblock.ts";
import { scaleRequest } from "../../../workloads/export/scale_request.ts";
import { TraceWriter, WRITTEN_FORMATS, type WrittenFormat } from "../../../workloads/export/trace_writer.ts";
import { TRACE_FORMATS } from "../../../workloads/import/format_registry.ts";
import { TraceFile } from "../../../workloads/import/trace_file.ts";
import type { TraceRequest } from "../../../workloads/trace/trace_request.ts";
import type { ConfigProblem } from "../../config/config_problem.ts";
import { FlagReader } from "../../config/flag_reader.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { NS_PER_S } from "../../domain/units.ts";
import { readTraceFlags, TRACE_FLAGS } from "./trace_flags.ts";
import { countsJson, warnOfOmissions } from "./trace_print.ts";

type Rewrite = "convert" | "slice" | "scale";
/** Null: the request is dropped. */
type Change = (request: TraceRequest, index: number) => TraceRequest | null;

const FLAGS = { ...TRACE_FLAGS, out: "value", to: "value" } as const;
const OWN_FLAGS = {
  convert: {},
  slice: { "from-s": "value", "to-s": "value", skip: "value" },
  scale: { time: "value", input: "value", output: "value" },
} as const;

export function traceRewrite(rewrite: Rewrite, argv: readonly string[]): ConfigProblem[] | null {
  const flags = new FlagReader(argv, { ...FLAGS, ...OWN_FLAGS[rewrite] });
  const options = readTraceFlags(flags, null);
  const out = readOut(flags, options.path);
  const to = readTarget(flags, rewrite);
  const slice = rewrite === "slice" ? sliceChange(flags, options.limit) : null;
  const scale = rewrite === "scale" ? readScale(flags) : null;
  if (flags.problems.length > 0) return flags.problems;
  // A slice counts its own requests; the limit is of those.
  const file = TraceFile.open(slice === null ? options : { ...options, limit: null });
  if (!file.ok) return file.error;
  const target = resolveTarget(file.value, to);
  if (!target.ok) return [target.error];
  const { block_tokens } = file.value;
  const change: Change =
    slice ?? ((request) => (scale === null ? request : scaleRequest(request, scale, block_tokens ?? 1)));

  const written = writeAll(file.value, out, target.value, change);
  if (!written.ok) {
    rmSync(out, { force: true });
    return written.error;
  }
  warnOfOmissions(written.value.counts);
  const { requests, bytes } = written.value;
  const summary = { out, format: target.value, requests, bytes, ...countsJson(written.value.counts) };
  console.log(
    flags.has("json")
      ? JSON.stringify(summary)
      : `${out}: ${requests} requests, ${bytes} bytes, ${target.value}`,
  );
  return null;
}

function writeAll(file: TraceFile, out: string, target: WrittenFormat, change: Change) {
  const writer = new TraceWriter(out, target);
  const from_tokens = file.block_tokens;
  const to_tokens = TRACE_FORMATS.find(({ name }) => name === target)?.block_tokens ?? null;
  const lacking: ConfigProblem[] = [];
  let index = 0;
  let requests = 0;
  const counts = file.read((request) => {
    const changed = change(request, index++);
    if (changed === null || lacking.length > 0) return;
    if (changed.at_ns === null && target !== "mooncake") {
      lacking.push(withoutTimes(file.path, target));
      return;
    }
    requests++;
    const { hash_ids, input_tokens } = changed;
    const reblocked =
      hash_ids === null || from_tokens === null || to_tokens === null
        ? hash_ids
        : reblock(hash_ids, input_tokens, from_tokens, to_tokens);
    writer.write({ ...changed, hash_ids: reblocked });
  });
  writer.close();
  if (!counts.ok) return counts;
  if (lacking.length > 0) return err(lacking);
  return ok({ counts: counts.value, requests, bytes: writer.bytes });
}

function readOut(flags: FlagReader, path: string): string {
  const out = flags.text("out") ?? "";
  const is_input = existsSync(out) && existsSync(path) && realpathSync(out) === realpathSync(path);
  if (out === "" || is_input) {
    const rule = is_input ? "must be another file than the one read" : "must be given";
    flags.report({ path: "-o", rule, got: flags.text("out"), next_step: "Use for example -o out.jsonl." });
  }
  return out;
}

function readTarget(flags: FlagReader, rewrite: Rewrite): WrittenFormat | null {
  const to = flags.choice("to", WRITTEN_FORMATS) ?? null;
  if (rewrite === "convert" && !flags.has("to")) {
    const next_step = `Use --to ${WRITTEN_FORMATS.join(", --to ")}.`;
    flags.report({ path: "--to", rule: "must be given", got: undefined, next_step });
  }
  return to;
}

/** The file's own format where it can be written, else mooncake; what the file does not tell cannot be written. */
function resolveTarget(file: TraceFile, to: WrittenFormat | null): Result<WrittenFormat, ConfigProblem> {
  const own = WRITTEN_FORMATS.find((format) => format === file.format.name);
  const target = to ?? own ?? (file.block_tokens === null ? "azure" : "mooncake");
  const to_tokens = TRACE_FORMATS.find(({ name }) => name === target)?.block_tokens ?? null;
  if (to_tokens === null) return ok(target);
  const from_tokens = file.block_tokens;
  if (from_tokens === null) {
    const rule = "must be azure for a trace that says nothing of contents";
    return err({ path: "--to", rule, got: target, next_step: "Use --to azure." });
  }
  if (from_tokens % to_tokens === 0 || to_tokens % from_tokens === 0) return ok(target);
  const rule = `must be a divisor or a multiple of the written format's block (${to_tokens})`;
  return err({ path: "--block-tokens", rule, got: from_tokens, next_step: "Convert to another format." });
}

function sliceChange(flags: FlagReader, limit: number | null): Change {
  const from_ns = (flags.atLeast("from-s", 0) ?? 0) * NS_PER_S;
  const to_ns = (flags.atLeast("to-s", 0) ?? Number.POSITIVE_INFINITY) * NS_PER_S;
  const skip = flags.integer("skip", 0) ?? 0;
  let kept = 0;
  let first_ns: number | null = null;
  return (request, index) => {
    const { at_ns } = request;
    const is_inside = at_ns === null || (at_ns >= from_ns && at_ns < to_ns);
    if (!is_inside || index < skip || kept === limit) return null;
    kept++;
    first_ns ??= flags.has("from-s") ? from_ns : (at_ns ?? 0);
    return { ...request, at_ns: at_ns === null ? null : Math.max(0, at_ns - first_ns) };
  };
}

function readScale(flags: FlagReader) {
  return {
    time: flags.positive("time") ?? 1,
    input: flags.positive("input") ?? 1,
    output: flags.positive("output") ?? 1,
  };
}

function withoutTimes(path: string, target: WrittenFormat): ConfigProblem {
  const next_step = "Use --to mooncake, whose rows may have a session_id and a delay instead.";
  return {
    path,
    rule: `must have times to be written as ${target}`,
    got: "conversations without times",
    next_step,
  };
}
