// Gauges of a stack over the time of a load: every SAMPLE_INTERVAL_MS the /metrics of engines and masters, cut down to the
// fields that reports draw. A gauge between two samples is not known, and neither is one whose process did not answer: its
// values are left out of that sample, never 0. Times are on the clock of the records.

import type { Clock } from "../clock/clock.ts";
import { msToNs } from "../domain/units.ts";
import type { ProcessScrape } from "./arm_run.ts";
import type { Samples } from "./prometheus_text.ts";

export const SAMPLE_INTERVAL_MS = 500;
/** Shorter than the interval, so that a process that hangs costs its own values only. */
export const SAMPLE_TIMEOUT_MS = 400;

export interface Sample {
  /** When the scrape began. */
  readonly at_ns: number;
  /** By sampleKey. */
  readonly values: Readonly<Record<string, number>>;
}

export interface SampledProcess {
  readonly name: string;
  readonly kind: ProcessScrape["kind"];
}

/** Field of a sample → series of /metrics. */
const ENGINE_FIELDS = {
  num_requests_running: "vllm:num_requests_running",
  num_requests_waiting: "vllm:num_requests_waiting",
  num_requests_waiting_remote: "tierbench:num_requests_waiting_remote",
  kv_cache_usage: "vllm:kv_cache_usage_perc",
} as const;
const MASTER_FIELDS = {
  allocated_bytes: "master_allocated_bytes",
  total_capacity_bytes: "master_total_capacity_bytes",
  allocated_file_size_bytes: "master_allocated_file_size_bytes",
  total_file_capacity_bytes: "master_total_file_capacity_bytes",
  key_count: "master_key_count",
} as const;
export type SampledField = keyof typeof ENGINE_FIELDS | keyof typeof MASTER_FIELDS;

export interface SampleSeriesOptions<Process extends SampledProcess> {
  readonly clock: Clock;
  readonly processes: readonly Process[];
  /** [processes]; null: it did not answer. Never called before the last call has returned. */
  readonly scrapeAll: (processes: readonly Process[]) => Promise<readonly (Samples | null)[]>;
  readonly onSample: (sample: Sample) => void;
  /** Of the load: no sample begins or is reported after it. */
  readonly ended: AbortSignal;
}

/** Deadlines are multiples of the interval after the start; those that pass during a slow scrape are left out. */
export async function sampleSeries<Process extends SampledProcess>(
  options: SampleSeriesOptions<Process>,
): Promise<void> {
  const { clock, scrapeAll, onSample, ended } = options;
  const processes = options.processes.filter(({ kind }) => kind === "engine" || kind === "master");
  const started_ns = clock.now_ns();
  const interval_ns = msToNs(SAMPLE_INTERVAL_MS);
  while (!ended.aborted) {
    const at_ns = clock.now_ns();
    const values = valuesOf(processes, await scrapeAll(processes));
    if (ended.aborted) return;
    if (Object.keys(values).length > 0) onSample({ at_ns, values });
    const passed = Math.floor((clock.now_ns() - started_ns) / interval_ns);
    await clock.sleepUntil(started_ns + (passed + 1) * interval_ns, ended);
  }
}

/** `prefill-0/kv_cache_usage`. */
export function sampleKey(process: string, field: SampledField): string {
  return `${process}/${field}`;
}

/** A field of every process that a sample has it of, in the order of the sample. */
export function sampledValues(values: Sample["values"], field: SampledField): ReadonlyMap<string, number> {
  const end = sampleKey("", field);
  const found = Object.entries(values).filter(([key]) => key.endsWith(end));
  return new Map(found.map(([key, value]) => [key.slice(0, -end.length), value]));
}

function valuesOf(
  processes: readonly SampledProcess[],
  scrapes: readonly (Samples | null)[],
): Record<string, number> {
  const values: Record<string, number> = {};
  for (const [i, { name, kind }] of processes.entries()) {
    const fields = kind === "engine" ? ENGINE_FIELDS : MASTER_FIELDS;
    for (const [field, series] of Object.entries(fields)) {
      const value = scrapes[i]?.sum(series);
      if (value !== undefined) values[`${name}/${field}`] = value;
    }
  }
  return values;
}
