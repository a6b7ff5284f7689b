// A summary in the Prometheus text exposition format (0.0.4), for a textfile collector or a push gateway. Every series carries
// the scenario and the runtime. What could not be had is left out, for the format has no word for it: never 0.

import { TIERS } from "../harness/domain/tier.ts";
import { isAvailable, na } from "../harness/measure/measured.ts";
import {
  type ArmSummary,
  LATENCY_METRICS,
  type Measured,
  type RunSummary,
} from "../harness/measure/run_summary.ts";

export function prometheusSummary(summary: RunSummary): string {
  const { scenario, runtime } = summary;
  const families = [...runFamilies(summary), ...armFamilies(summary), ...comparisonFamilies(summary)];
  return families.flatMap((family) => familyLines(family, { scenario, runtime })).join("");
}

type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly labels: Labels;
  readonly value: Measured;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "summary";
  readonly series: readonly (Series & { readonly suffix?: "_sum" | "_count" })[];
}

function gauge(name: string, help: string, series: readonly Series[]): Family {
  return { name, help, type: "gauge", series };
}

function runFamilies({ valid, validity }: RunSummary): Family[] {
  return [
    gauge("tierbench_valid", "1: every validity check held; 0: the numbers prove nothing.", [
      { labels: {}, value: Number(valid) },
    ]),
    gauge(
      "tierbench_validity_check",
      "1: the check held. Absent: it does not apply to the run.",
      validity.flatMap(({ check, ok }) => (ok === null ? [] : [{ labels: { check }, value: Number(ok) }])),
    ),
  ];
}

function armFamilies({ arms }: RunSummary): Family[] {
  const each = (of: (arm: ArmSummary) => Measured): Series[] =>
    arms.map((arm) => ({ labels: { arm: arm.name }, value: of(arm) }));
  return [
    ...LATENCY_METRICS.map((metric) => ({
      name: `tierbench_${metric}`,
      help: "Of all pairs' requests, in milliseconds.",
      type: "summary" as const,
      series: arms.flatMap((arm) => latencySeries(arm, metric)),
    })),
    gauge("tierbench_hit_ratio", "Prompt tokens that came from the tier, of all; tier miss: computed.", [
      ...TIERS.flatMap((tier) => tierSeries(arms, tier, ({ tiers }) => tiers[tier].hit_ratio)),
      ...tierSeries(arms, "miss", ({ tiers }) => tiers.miss.ratio),
    ]),
    ...ARM_GAUGES.map(({ name, help, of }) => gauge(`tierbench_${name}`, help, each(of))),
  ];
}

interface ArmGauge {
  readonly name: string;
  readonly help: string;
  readonly of: (arm: ArmSummary) => Measured;
}

const ARM_GAUGES: readonly ArmGauge[] = [
  {
    name: "theoretical_hit_ratio",
    help: "The workload's ceiling.",
    of: ({ tiers }) => tiers.theoretical_hit_ratio,
  },
  { name: "requests", help: "Requests sent.", of: ({ requests }) => requests },
  {
    name: "rejected",
    help: "Requests that a router refused to keep its objectives: no errors.",
    of: ({ rejected }) => rejected,
  },
  { name: "errors", help: "Requests that failed.", of: ({ errors }) => errors },
  { name: "requests_per_s", help: "Finished requests.", of: ({ throughput }) => throughput.requests_per_s },
  {
    name: "goodput_requests_per_s",
    help: "Requests that met every objective.",
    of: ({ goodput }) => goodput?.requests_per_s ?? na("no objective"),
  },
  {
    name: "output_tokens_per_s",
    help: "Tokens generated.",
    of: ({ throughput }) => throughput.output_tokens_per_s,
  },
  { name: "stale_reads", help: "KV of other weights that was read.", of: ({ stale_reads }) => stale_reads },
  {
    name: "corrupt_reads",
    help: "KV that was not what was written.",
    of: ({ corrupt_reads }) => corrupt_reads,
  },
  {
    name: "ledger_balanced",
    help: "1: client, engines and store count the same.",
    of: ({ ledger: { balanced } }) => (balanced === null ? na("the client alone counts") : Number(balanced)),
  },
];

const QUANTILES = [
  ["p50", "0.5"],
  ["p90", "0.9"],
  ["p95", "0.95"],
  ["p99", "0.99"],
  ["p999", "0.999"],
] as const;

function latencySeries(arm: ArmSummary, metric: (typeof LATENCY_METRICS)[number]): Family["series"] {
  const value = arm.metrics[metric];
  if (!isAvailable(value)) return [];
  const labels = { arm: arm.name };
  return [
    ...QUANTILES.map(([statistic, q]) => ({ labels: { ...labels, quantile: q }, value: value[statistic] })),
    { suffix: "_sum", labels, value: value.mean * value.n },
    { suffix: "_count", labels, value: value.n },
  ];
}

function tierSeries(arms: readonly ArmSummary[], tier: string, of: (arm: ArmSummary) => Measured): Series[] {
  return arms.map((arm) => ({ labels: { arm: arm.name, tier }, value: of(arm) }));
}

/** Named by unit, because percent and percentage points are not one quantity. */
function comparisonFamilies({ comparisons }: RunSummary): Family[] {
  return (["percent", "points"] as const).flatMap((unit) => {
    const rows = comparisons
      .filter(({ delta_unit = "percent" }) => delta_unit === unit)
      .map(({ factor, baseline, candidate, metric, verdict, delta_pct, ci95_pct: [lo, hi] }) => {
        const labels = { factor, baseline, candidate, metric };
        return { labels, verdict, delta_pct, lo, hi };
      });
    return [
      gauge(
        `tierbench_delta_${unit}`,
        `Candidate against baseline, ${unit === "percent" ? "percent of the baseline" : "percentage points"}.`,
        rows.map(({ labels, verdict, delta_pct }) => ({ labels: { ...labels, verdict }, value: delta_pct })),
      ),
      gauge(
        `tierbench_delta_${unit}_ci95`,
        "Bounds of the 95 % interval of the delta.",
        rows.flatMap(({ labels, lo, hi }) => [
          { labels: { ...labels, bound: "lower" }, value: lo },
          { labels: { ...labels, bound: "upper" }, value: hi },
        ]),
      ),
    ];
  });
}

/** Nothing of a family without a known value. */
function familyLines({ name, help, type, series }: Family, of_run: Labels): string[] {
  const lines = series.flatMap(({ suffix = "", labels, value }) =>
    isAvailable(value)
      ? [`${name}${suffix}${renderLabels({ ...of_run, ...labels })} ${renderValue(value)}\n`]
      : [],
  );
  return lines.length === 0 ? [] : [`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`, ...lines];
}

function renderLabels(labels: Labels): string {
  return `{${Object.entries(labels)
    .map(([key, value]) => `${key}="${escapeLabel(value)}"`)
    .join(",")}}`;
}

/** A carriage return has no escape in the format and would end a line for some readers. */
function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\r", " ");
}

function renderValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
}
