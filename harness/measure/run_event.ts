// One line of events.jsonl: something that happened in a run beside its requests.

export interface RunEvent {
  /** On the run's monotonic clock, as the times of records. */
  readonly at_ns: number;
  /** Null: not of one arm. */
  readonly arm: string | null;
  readonly pair_index: number | null;
  readonly kind: "phase" | "process" | "fault" | "check" | "interrupt" | "sample";
  readonly detail: string;
  /** Of a sample: gauges by `<process>/<field>` (sample_series.ts). */
  readonly values?: Readonly<Record<string, number>>;
}
