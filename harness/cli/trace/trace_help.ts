import { WRITTEN_FORMATS } from "../../../workloads/export/trace_writer.ts";
import { TRACE_FORMATS } from "../../../workloads/import/format_registry.ts";
import { SESSION_PRESETS } from "../../../workloads/synth/presets/preset_registry.ts";

export const TRACE_HELP: string = `trace <command> [options]

  inspect FILE                what is in a trace: lengths, arrivals, sessions, shared prefixes, reuse, hit curve
      --with FILE             another trace beside it, and how far apart they are
      --report OUT.html       tables and charts as one page
      --svg DIR               the charts, as SVG files
  hits FILE                   hit ratio of an LRU cache of every capacity, from one pass
      --capacity-tokens A,B…  capacities to print (default: doublings up to what the trace can use)
  convert FILE --to FORMAT -o OUT      the same requests as ${WRITTEN_FORMATS.join(", ")}
  slice FILE -o OUT           a part of it: --from-s S, --to-s S, --skip N, --limit N; times count from its start
  scale FILE -o OUT           --time X (0.5: in half the time), --input X, --output X (lengths)
  synth --like FILE|PRESET --requests N -o OUT
                              a trace with the statistics of another, or of a preset, and how near it came
      --seed N                (default 1)
      --report OUT.html       original and synthetic side by side, with charts and distances, as one page
      --no-compare            write only: memory stays small, however many requests

For every command that reads a FILE:
  --format NAME               told by the contents, when not given
  --block-tokens N            tokens of a hashed block, where it is not the format's
  --on-error fail|skip        what a wrong record does (default fail: lists them and stops; skip: passes over and counts)
  --limit N                   read the first N requests
  --seed N                    for formats that describe distributions (default 1)
For every command: --json, --help. convert, slice, scale and synth take --to (default mooncake).

Formats:
${table(TRACE_FORMATS.map(({ name, looks_like }) => [name, looks_like]))}

Presets:
${table(SESSION_PRESETS.map(({ name, summary }) => [name, summary]))}

Examples:
  bun run trace inspect conversation.jsonl --svg charts
  bun run trace hits conversation.jsonl --capacity-tokens 1000000,4000000
  bun run trace convert AzureLLMInferenceTrace_conv.csv --to azure -o copy.csv
  bun run trace synth --like conversation.jsonl --requests 12031 -o synthetic.jsonl

Exit codes: 0 done; 2 usage, or a wrong record in the trace.`;

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join("\n");
}
