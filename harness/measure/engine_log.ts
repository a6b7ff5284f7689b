// What the logs of vLLM engines with the store's connector say of a run: the tier line of every GET, and what went wrong. Texts of both
// states of the connector (spec: vllm_mooncake_store_connector.md §1.5, §1.6, §1.9): vllm_2026_05 (its owner-client branch) and
// vllm_2026_08 word the end of back-pressure differently; what stands in front of a text (process, time, level, file) is ignored.

import { parseTierLine } from "./tier_line.ts";

export interface EngineLogFacts {
  readonly get_batches: number;
  readonly memory_keys: number;
  readonly disk_keys: number;
  readonly unknown_keys: number;
  readonly success_keys: number;
  readonly failed_keys: number;
  readonly memory_bytes: number;
  readonly disk_bytes: number;
  readonly unknown_bytes: number;
  /** Tier lines that contradict themselves or are cut off. */
  readonly bad_tier_lines: number;
  /** Loads of which one key was larger than the staging budget. */
  readonly skipped_loads: number;
  readonly failed_gets: number;
  readonly failed_puts: number;
  readonly pressure_starts: number;
  readonly pressure_ends: number;
}

type LogCounts = { -readonly [Field in keyof EngineLogFacts]: number };

const TEXTS: readonly (readonly [keyof EngineLogFacts, RegExp])[] = [
  ["skipped_loads", /Skipping Mooncake load for request .* exceeding budget/],
  ["failed_gets", /Failed to get (?:\d+ Mooncake keys from|Mooncake) sub-batch/],
  ["failed_puts", /batch_put failed: \d+\/\d+ keys failed/],
  ["pressure_starts", /Detected Mooncake CPU\/(?:disk offloading|offload) pressure/],
  ["pressure_ends", /Mooncake CPU\/(?:disk offloading|offload) pressure cleared/],
];

export function readEngineLog(text: string): EngineLogFacts {
  const counts = noCounts();
  for (const line of text.split("\n")) countLine(counts, line);
  return counts;
}

/** Of all engines of a run together. */
export function sumEngineLogs(logs: readonly EngineLogFacts[]): EngineLogFacts {
  const sum = noCounts();
  for (const log of logs) {
    for (const field of Object.keys(sum) as (keyof EngineLogFacts)[]) sum[field] += log[field];
  }
  return sum;
}

/** `4 failed_gets`: what a run should not have. Empty where all went well. */
export function logProblems(log: EngineLogFacts): string[] {
  const fields = ["failed_keys", "bad_tier_lines", "skipped_loads", "failed_gets", "failed_puts"] as const;
  return fields.filter((field) => log[field] > 0).map((field) => `${log[field]} ${field}`);
}

function countLine(counts: LogCounts, line: string): void {
  const tier_line = parseTierLine(line);
  if (tier_line === null) {
    const said = TEXTS.find(([, text]) => text.test(line));
    if (said !== undefined) counts[said[0]]++;
    return;
  }
  if (!tier_line.ok) {
    counts.bad_tier_lines++;
    return;
  }
  const { bytes_by_tier, memory_keys, disk_keys, unknown_keys, success_keys, failed_keys } = tier_line.value;
  counts.get_batches++;
  counts.memory_keys += memory_keys;
  counts.disk_keys += disk_keys;
  counts.unknown_keys += unknown_keys;
  counts.success_keys += success_keys;
  counts.failed_keys += failed_keys;
  counts.memory_bytes += bytes_by_tier.memory;
  counts.disk_bytes += bytes_by_tier.disk;
  counts.unknown_bytes += bytes_by_tier.unknown;
}

function noCounts(): LogCounts {
  return {
    ...{ get_batches: 0, memory_keys: 0, disk_keys: 0, unknown_keys: 0, success_keys: 0, failed_keys: 0 },
    ...{ memory_bytes: 0, disk_bytes: 0, unknown_bytes: 0, bad_tier_lines: 0, skipped_loads: 0 },
    ...{ failed_gets: 0, failed_puts: 0, pressure_starts: 0, pressure_ends: 0 },
  };
}
