// `trace hits FILE --capacity-tokens A,B…`: the LRU hit ratio at any capacity, from one pass (inspect/hit_curve.ts).

import { TraceFile } from "../../../workloads/import/trace_file.ts";
import { BlockTable } from "../../../workloads/inspect/block_table.ts";
import { HitCurve } from "../../../workloads/inspect/hit_curve.ts";
import type { ConfigProblem } from "../../config/config_problem.ts";
import { FlagReader } from "../../config/flag_reader.ts";
import { readTraceFlags, TRACE_FLAGS } from "./trace_flags.ts";
import { curveJson } from "./trace_json.ts";
import { countsJson, printTables, warnOfOmissions } from "./trace_print.ts";
import { hitTable, shownCapacities } from "./trace_tables.ts";

export function traceHits(argv: readonly string[]): ConfigProblem[] | null {
  const flags = new FlagReader(argv, { ...TRACE_FLAGS, "capacity-tokens": "value" });
  const options = readTraceFlags(flags, null);
  const asked = readCapacities(flags);
  if (flags.problems.length > 0) return flags.problems;
  const file = TraceFile.open(options);
  if (!file.ok) return file.error;
  const { block_tokens, format } = file.value;
  if (block_tokens === null) return [withoutContents(options.path, format.name)];

  const table = new BlockTable();
  const curve = new HitCurve(block_tokens);
  const counts = file.value.read(({ hash_ids, input_tokens }) => {
    const blocks = (hash_ids ?? []).map((hash_id) => table.number(hash_id));
    curve.add(blocks, input_tokens);
  });
  if (!counts.ok) return counts.error;
  warnOfOmissions(counts.value);
  const capacities = asked ?? shownCapacities(curve);
  if (flags.has("json")) {
    const read = { file: options.path, format: format.name, ...countsJson(counts.value) };
    console.log(JSON.stringify({ ...read, ...curveJson(curve, capacities) }, null, 2));
    return null;
  }
  printTables([hitTable(curve, capacities)]);
  console.log(`Blocks of ${block_tokens} tokens. A hit is a block that is cached with all before it in its prompt; a request
looks up before it inserts, and uses its last block first, so a prefix outlives what follows it.`);
  if (curve.unchained_hits > 0) {
    console.log(
      `${curve.unchained_hits} cached blocks behind a missing one are not counted: the ids are not chained.`,
    );
  }
  return null;
}

function readCapacities(flags: FlagReader): number[] | null {
  const text = flags.text("capacity-tokens");
  if (text === undefined) return null;
  const capacities = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (capacities.every(Number.isSafeInteger)) return capacities;
  flags.report({
    path: "--capacity-tokens",
    rule: "must be whole numbers of tokens with commas between",
    got: text,
    next_step: "Use for example --capacity-tokens 1000000,4000000.",
  });
  return null;
}

function withoutContents(path: string, format: string): ConfigProblem {
  return {
    path,
    rule: "must be of a format with hash_ids, as hits are of shared contents",
    got: format,
    next_step: "Use a mooncake, timed_trace or bailian trace, or a file of conversations.",
  };
}
