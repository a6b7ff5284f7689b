// The history as files that outlive it: JSON with everything, CSV with one line a value.

import type { History } from "./history.ts";

export function historyJson(history: History): string {
  const content = {
    schema_version: 1,
    nights: history.nights(),
    acknowledgements: history.acknowledgements(),
    samples: history.samples(),
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}

const COLUMNS = [
  "night_id",
  "started_at",
  "build",
  "scenario",
  "config_key",
  "purpose",
  "valid",
  "metric",
  "pair_index",
  "value",
  "run_path",
] as const;

export function historyCsv(history: History): string {
  const rows = history
    .samples()
    .map((sample) => COLUMNS.map((column) => csvField(String(sample[column]))).join(","));
  return `${[COLUMNS.join(","), ...rows].join("\r\n")}\r\n`;
}

/** RFC 4180. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
