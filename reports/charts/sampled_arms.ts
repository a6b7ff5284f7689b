// What a run's samples say over time, per arm: of its first pair, for curves of single runs can be read and their mean over
// pairs whose loads end at different times cannot. A gap in a series is a sample that one of its processes is missing from.

import { NS_PER_S } from "../../harness/domain/units.ts";
import type { RunEvent } from "../../harness/measure/run_event.ts";
import { type SampledField, sampledValues } from "../../harness/measure/sample_series.ts";
import type { ReportInput } from "../report_input.ts";
import { type FaultSpan, faultSpans } from "./fault_spans.ts";
import { startOf_ns } from "./in_flight.ts";

export interface SampledArm {
  readonly arm: string;
  /** [samples], ascending; since the first send. */
  readonly at_s: readonly number[];
  /** [samples] each; null: not known. */
  readonly running: readonly (number | null)[];
  readonly waiting: readonly (number | null)[];
  readonly waiting_remote: readonly (number | null)[];
  /** Shares of capacity in percent, [samples] each. */
  readonly hbm_pct: readonly (number | null)[];
  readonly cpu_pct: readonly (number | null)[];
  readonly disk_pct: readonly (number | null)[];
  /** Bytes, [samples] each. */
  readonly cpu_bytes: readonly (number | null)[];
  readonly disk_bytes: readonly (number | null)[];
  readonly faults: readonly FaultSpan[];
  /** Of the last sample. */
  readonly end_s: number;
}

const PAIR_INDEX = 0;

/** Arms with at least two samples, in the summary's order. */
export function sampledArms({ summary, records, events }: ReportInput): SampledArm[] {
  return summary.arms.flatMap(({ name }) => {
    const of_arm = events.filter(({ arm, pair_index }) => arm === name && pair_index === PAIR_INDEX);
    const run = records.filter(({ arm, pair_index }) => arm === name && pair_index === PAIR_INDEX);
    const samples = of_arm.filter(({ kind, values }) => kind === "sample" && values !== undefined);
    const first = samples[0];
    if (first === undefined) return [];
    const start_ns = run.length === 0 ? first.at_ns : startOf_ns(run);
    const sampled = sampledArm(
      name,
      samples.filter(({ at_ns }) => at_ns >= start_ns),
      of_arm,
      start_ns,
    );
    return sampled.at_s.length < 2 ? [] : [sampled];
  });
}

/** Why there is nothing to draw. */
export function whyNotSampled({ events }: ReportInput): string {
  return events.some(({ kind }) => kind === "sample")
    ? "the load ended before a second sample"
    : "events.jsonl has no samples";
}

function sampledArm(
  arm: string,
  samples: readonly RunEvent[],
  events: readonly RunEvent[],
  start_ns: number,
): SampledArm {
  const processes = processesByField(samples);
  /** The values of a sample's processes; null when one is missing, or when no sample has the field. */
  const all = (field: SampledField): (readonly number[] | null)[] =>
    samples.map(({ values = {} }) => {
      const found = sampledValues(values, field);
      const wanted = processes.get(field) ?? 0;
      return wanted > 0 && found.size === wanted ? [...found.values()] : null;
    });
  const totals = (field: SampledField): (number | null)[] =>
    all(field).map((values) => values && sum(values));
  const cpu_bytes = totals("allocated_bytes");
  const disk_bytes = totals("allocated_file_size_bytes");
  const at_s = samples.map(({ at_ns }) => (at_ns - start_ns) / NS_PER_S);
  const end_s = at_s.at(-1) ?? 0;
  return {
    arm,
    at_s,
    running: totals("num_requests_running"),
    waiting: totals("num_requests_waiting"),
    waiting_remote: totals("num_requests_waiting_remote"),
    hbm_pct: all("kv_cache_usage").map((usage) => usage && (100 * sum(usage)) / usage.length),
    cpu_pct: sharesOf(cpu_bytes, totals("total_capacity_bytes")),
    disk_pct: sharesOf(disk_bytes, totals("total_file_capacity_bytes")),
    cpu_bytes,
    disk_bytes,
    faults: faultSpans(events, start_ns, end_s),
    end_s,
  };
}

/** How many processes have a field, in any sample. */
function processesByField(samples: readonly RunEvent[]): ReadonlyMap<string, number> {
  const keys = new Set(samples.flatMap(({ values = {} }) => Object.keys(values)));
  const fields = [...keys].map((key) => key.slice(key.lastIndexOf("/") + 1));
  return new Map([...Map.groupBy(fields, (field) => field)].map(([field, found]) => [field, found.length]));
}

/** A capacity of 0 is none: the tier is off. */
function sharesOf(
  bytes: readonly (number | null)[],
  capacity_bytes: readonly (number | null)[],
): (number | null)[] {
  return bytes.map((used, i) => {
    const capacity = capacity_bytes[i] ?? 0;
    return used === null || capacity <= 0 ? null : (100 * used) / capacity;
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
