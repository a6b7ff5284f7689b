// One arm in the shape of `vllm bench serve --save-result`, for tools that read it (vLLM's compare_results.py among them).
// Requests that finished only; times of single requests in seconds, as there. What a run does not know is null.

import type { RequestRecord } from "../harness/domain/request_record.ts";
import { NS_PER_MS, NS_PER_S } from "../harness/domain/units.ts";
import { LATENCY_METRIC_DEFINITIONS } from "../harness/measure/latency_metrics.ts";
import type { ArmSummary } from "../harness/measure/run_summary.ts";
import { describeSamples, mean } from "../harness/stats/distribution.ts";
import type { ReportInput } from "./report_input.ts";

/** Null: the run has no such arm. */
export function vllmBenchJson({ manifest, summary, records }: ReportInput, arm_name: string): string | null {
  const arm = summary.arms.find(({ name }) => name === arm_name);
  if (arm === undefined) return null;
  const finished = records.filter((record) => record.arm === arm_name && record.error === null);
  const result = {
    date: manifest.started_at,
    backend: "tierbench",
    label: arm_name,
    run_is_valid: summary.valid,
    ...loadOf(manifest.arms.find(({ name }) => name === arm_name)?.config),
    ...totalsOf(arm, finished),
    ...statisticsOf(finished),
    input_lens: finished.map((record) => record.input_tokens),
    output_lens: finished.map((record) => record.output_tokens),
    ttfts: finished.map((record) => secondsOf(record, "ttft_ms")[0] ?? null),
    itls: finished.map((record) => secondsOf(record, "itl_ms")),
  };
  return `${JSON.stringify(result, null, 1)}\n`;
}

/** A closed loop has no rate: vLLM writes "inf". */
function loadOf(config: object | undefined): {
  request_rate: number | "inf" | null;
  max_concurrency: number | null;
} {
  const load = fieldOf(config, "load");
  const arrivals = fieldOf(load, "arrivals");
  const rate = fieldOf(load, "rate_per_s");
  const concurrency = fieldOf(load, "concurrency");
  const closed = arrivals === "closed";
  const paced = arrivals !== "trace" && typeof rate === "number" ? rate : null;
  return {
    request_rate: closed ? "inf" : paced,
    max_concurrency: closed && typeof concurrency === "number" ? concurrency : null,
  };
}

function totalsOf(
  { duration_s, errors, throughput, goodput }: ArmSummary,
  finished: readonly RequestRecord[],
) {
  const sum = (field: "input_tokens" | "output_tokens"): number =>
    finished.reduce((total, record) => total + record[field], 0);
  return {
    duration: duration_s,
    completed: finished.length,
    failed: errors,
    total_input_tokens: sum("input_tokens"),
    total_output_tokens: sum("output_tokens"),
    request_throughput: throughput.requests_per_s,
    request_goodput: goodput?.requests_per_s ?? null,
    output_throughput: throughput.output_tokens_per_s,
    total_token_throughput: throughput.input_tokens_per_s + throughput.output_tokens_per_s,
  };
}

const METRICS = ["ttft_ms", "tpot_ms", "itl_ms", "e2el_ms"] as const;

/** `mean_ttft_ms`, `median_ttft_ms`, `std_ttft_ms`, `p99_ttft_ms`, … */
function statisticsOf(finished: readonly RequestRecord[]): Record<string, number | null> {
  return Object.fromEntries(
    METRICS.flatMap((metric): [string, number | null][] => {
      const samples = finished.flatMap((record) => LATENCY_METRIC_DEFINITIONS[metric].of(record));
      const found = samples.length === 0 ? null : describeSamples(samples);
      return [
        [`mean_${metric}`, found?.mean ?? null],
        [`median_${metric}`, found?.p50 ?? null],
        [`std_${metric}`, found === null ? null : deviationOf(samples, found.mean)],
        [`p99_${metric}`, found?.p99 ?? null],
      ];
    }),
  );
}

/** Of the population, as numpy.std has it. */
function deviationOf(samples: readonly number[], centre: number): number {
  return Math.sqrt(mean(samples.map((sample) => (sample - centre) ** 2)));
}

function secondsOf(record: RequestRecord, metric: "ttft_ms" | "itl_ms"): number[] {
  return LATENCY_METRIC_DEFINITIONS[metric].of(record).map((ms) => (ms * NS_PER_MS) / NS_PER_S);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}
