/** The file formats of traces, as `--format` names them; workloads/import has a file for each. */
export const TRACE_FORMAT_NAMES = [
  "mooncake",
  "timed_trace",
  "bailian",
  "azure",
  "burstgpt",
  "sharegpt",
  "openai_chat",
  "generate_conversations",
] as const;

export type TraceFormatName = (typeof TRACE_FORMAT_NAMES)[number];
