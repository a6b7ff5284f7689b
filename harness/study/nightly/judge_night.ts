// Tonight's verdict on every series: which suspicions hold among the others, which a second run of the scenario confirms, and
// which changes somebody has acknowledged. Fixed in advance:
//
//   paired suspicion   worse by at least the minimum effect, Holm-adjusted p ≤ 0.05 over all series of the night, and outside
//                      the gate where the series is long enough to have one
//   drift suspicion    the latest change point goes the wrong way by at least the minimum effect, at a p-value that
//                      Benjamini–Hochberg keeps at 5 % over all series
//   confirmation       the scenario is run again: paired, it is worse again (interval excludes zero); drift, its mean is
//                      nearer to the level behind the change than to the one before
//
// A regression stays one, night after night, until it is acknowledged: the acknowledged night is the new baseline.

import { adjustBenjaminiHochberg } from "../../stats/benjamini_hochberg.ts";
import { mean } from "../../stats/distribution.ts";
import { adjustHolm } from "../../stats/holm.ts";
import { pairInterval } from "../../stats/pair_interval.ts";
import type { RandomSource } from "../../stats/random_source.ts";
import {
  DEFAULT_MIN_EFFECT_PCT,
  DEFAULT_MIN_EFFECT_POINTS,
  decideVerdict,
  type Verdict,
} from "../../stats/verdict.ts";
import type { ComparedMetric } from "../compared_metric.ts";
import type { Acknowledgement, NightValues } from "./history.ts";
import { judgeSeries, type SeriesFinding, sharedPairs } from "./judge_series.ts";

export interface NightSeries {
  readonly scenario: string;
  readonly metric: Pick<ComparedMetric, "metric" | "unit" | "goodness">;
  /** Ascending, tonight last. */
  readonly nights: readonly NightValues[];
}

export type NightStatus =
  /** The first night of this scenario and configuration. */
  | "first"
  | "steady"
  | "improved"
  /** Suspicious, and not so in the second run. */
  | "unconfirmed"
  | "regressed";

export interface NightFinding extends SeriesFinding {
  readonly scenario: string;
  readonly metric: NightSeries["metric"];
  readonly p_holm: number | null;
  readonly verdict: Verdict;
  readonly status: NightStatus;
  /** Why it is suspicious: "paired", "drift" or both. */
  readonly suspicions: readonly ("paired" | "drift")[];
  /** Night means since the baseline, for the chart. */
  readonly series: readonly { readonly night_id: number; readonly mean: number }[];
  readonly acknowledged: Acknowledgement | null;
}

/** Runs a scenario again and yields its values by metric. Null: the second run is invalid or failed, which confirms nothing. */
export type Confirm = (scenario: string) => Promise<ReadonlyMap<string, NightValues> | null>;

export async function judgeNight(
  series: readonly NightSeries[],
  acks: readonly Acknowledgement[],
  confirm: Confirm,
  random: RandomSource,
): Promise<NightFinding[]> {
  const suspected = suspect(series, acks, random);
  const scenarios = new Set(
    suspected.filter(({ status }) => status === "regressed").map(({ scenario }) => scenario),
  );
  const again = new Map<string, ReadonlyMap<string, NightValues> | null>();
  for (const scenario of scenarios) again.set(scenario, await confirm(scenario));
  return suspected.map((finding, i) => {
    if (finding.status !== "regressed") return finding;
    const values = again.get(finding.scenario)?.get(finding.metric.metric);
    const baseline = sinceBaseline(series[i], acks).nights[0];
    const holds = values !== undefined && baseline !== undefined && isConfirmed(finding, baseline, values);
    return holds ? finding : { ...finding, status: "unconfirmed" as const };
  });
}

/** Findings before confirmation: "regressed" is a suspicion. */
function suspect(
  series: readonly NightSeries[],
  acks: readonly Acknowledgement[],
  random: RandomSource,
): NightFinding[] {
  const judged = series.map((one) => {
    const { nights, acknowledged } = sinceBaseline(one, acks);
    const options = { unit: one.metric.unit, series_count: series.length, random };
    return { one, nights, acknowledged, finding: judgeSeries(nights, options) };
  });
  const tested = judged.flatMap(({ finding }) => (finding.paired === null ? [] : [finding.paired.p_value]));
  const holm = adjustHolm(tested);
  const drift = adjustBenjaminiHochberg(judged.map(({ finding }) => finding.change?.p_value ?? 1));
  let next_paired = 0;
  return judged.map(({ one, nights, acknowledged, finding }, i) => {
    const p_holm = finding.paired === null ? null : (holm[next_paired++] ?? 1);
    const verdict = verdictOf(one.metric, finding);
    const suspicions = suspicionsOf(one.metric, finding, verdict, p_holm, drift[i] ?? 1);
    return {
      ...finding,
      ...{ scenario: one.scenario, metric: one.metric, p_holm, verdict, suspicions, acknowledged },
      status: statusOf(finding, verdict, p_holm, suspicions),
      series: nights.map(({ night_id, values }) => ({ night_id, mean: mean([...values.values()]) })),
    };
  });
}

function sinceBaseline(
  series: NightSeries | undefined,
  acks: readonly Acknowledgement[],
): { readonly nights: readonly NightValues[]; readonly acknowledged: Acknowledgement | null } {
  if (series === undefined) return { nights: [], acknowledged: null };
  const { scenario, metric, nights } = series;
  const own = acks.filter(
    (ack) => ack.scenario === scenario && (ack.metric === null || ack.metric === metric.metric),
  );
  const acknowledged = own.reduce<Acknowledgement | null>(
    (latest, ack) => (latest === null || ack.night_id > latest.night_id ? ack : latest),
    null,
  );
  if (acknowledged === null) return { nights, acknowledged };
  return { nights: nights.filter(({ night_id }) => night_id >= acknowledged.night_id), acknowledged };
}

function verdictOf({ unit, goodness }: NightSeries["metric"], { paired, pairs }: SeriesFinding): Verdict {
  if (paired === null) return "inconclusive";
  return decideVerdict({ ...paired, pairs, min_effect: minEffect(unit), goodness });
}

function suspicionsOf(
  metric: NightSeries["metric"],
  { gate, change }: SeriesFinding,
  verdict: Verdict,
  p_holm: number | null,
  p_drift: number,
): NightFinding["suspicions"] {
  const outside = gate === null || Math.abs(gate.deviation) > gate.limit;
  const paired = verdict === "worse" && p_holm !== null && p_holm <= 0.05 && outside;
  const drift = change !== null && p_drift <= 0.05 && isWorse(metric, change.estimate);
  return [...(paired ? (["paired"] as const) : []), ...(drift ? (["drift"] as const) : [])];
}

function statusOf(
  { baseline_night_id }: SeriesFinding,
  verdict: Verdict,
  p_holm: number | null,
  suspicions: NightFinding["suspicions"],
): NightStatus {
  if (suspicions.length > 0) return "regressed";
  if (baseline_night_id === null) return "first";
  return verdict === "better" && p_holm !== null && p_holm <= 0.05 ? "improved" : "steady";
}

function isConfirmed(
  { metric, suspicions, change }: NightFinding,
  baseline: NightValues,
  again: NightValues,
): boolean {
  if (suspicions.includes("paired")) {
    const pairs = sharedPairs(baseline, again);
    const interval = pairs.length < 2 ? null : pairInterval(pairs, metric.unit);
    if (interval !== null && (interval.lo > 0 || interval.hi < 0) && isWorse(metric, interval.estimate))
      return true;
  }
  if (change === null || !suspicions.includes("drift")) return false;
  const second = mean([...again.values.values()]);
  return Math.abs(second - change.behind) < Math.abs(second - change.before);
}

/** By enough to matter. */
function isWorse({ unit, goodness }: NightSeries["metric"], estimate: number): boolean {
  return (goodness === "lower" ? estimate : -estimate) >= minEffect(unit);
}

function minEffect(unit: NightSeries["metric"]["unit"]): number {
  return unit === "percent" ? DEFAULT_MIN_EFFECT_PCT : DEFAULT_MIN_EFFECT_POINTS;
}
