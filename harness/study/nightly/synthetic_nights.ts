// A history whose truth is known, to measure the nightly's own detector: how late it sees a regression, and how often it cries
// for nothing. Nights differ (machine, neighbours), pairs within a night differ more; a second run of a night shares its
// night's state, so that confirmation is not given credit for what it cannot see. A false alarm is acknowledged by hand and
// the series starts anew, as a person would do.

import { Random } from "../../clock/random.ts";
import type { Acknowledgement, NightValues } from "./history.ts";
import { judgeNight, type NightSeries } from "./judge_night.ts";

export interface SyntheticPlan {
  readonly nights: number;
  readonly series_count: number;
  readonly pairs: number;
  /** Spread between nights, and between the pairs of one, in percent. */
  readonly night_sd_pct: number;
  readonly pair_sd_pct: number;
  readonly regression: SyntheticRegression | null;
}

/** Of the first series. */
export interface SyntheticRegression {
  readonly at_night: number;
  readonly effect_pct: number;
}

export interface DetectorFigures {
  readonly nights: number;
  /** New alarms of series, or of nights, in which nothing had changed. */
  readonly false_alarms: number;
  readonly false_alarms_per_100_nights: number;
  /** Nights from the regression to its alarm, 0: the same night. Null: none injected, or not seen until the end. */
  readonly detection_delay_nights: number | null;
}

const METRIC: NightSeries["metric"] = { metric: "ttft_ms_mean", unit: "percent", goodness: "lower" };

export async function measureDetector(plan: SyntheticPlan, seed: number): Promise<DetectorFigures> {
  const random = new Random(seed);
  const histories: NightValues[][] = Array.from({ length: plan.series_count }, () => []);
  const acks: Acknowledgement[] = [];
  let false_alarms = 0;
  let detected_at: number | null = null;
  for (let night = 0; night < plan.nights; night++) {
    const levels = histories.map(
      (_, i) => levelOf(plan, i, night) * (1 + (plan.night_sd_pct / 100) * random.normal()),
    );
    for (const [i, history] of histories.entries()) history.push(draw(plan, levels[i] ?? 1, night, random));
    const series = histories.map((nights, i) => ({ scenario: nameOf(i), metric: METRIC, nights }));
    const again = async (scenario: string) => {
      const level = levels[Number(scenario.slice(1))] ?? 1;
      return new Map([[METRIC.metric, draw(plan, level, night, random)]]);
    };
    const findings = await judgeNight(series, acks, again, random);
    for (const { scenario } of findings.filter(({ status }) => status === "regressed")) {
      const is_true = plan.regression !== null && scenario === nameOf(0) && night >= plan.regression.at_night;
      if (is_true) detected_at ??= night;
      else false_alarms++;
      acks.push({ night_id: night, scenario, metric: null, reason: "synthetic", acked_at: "" });
    }
  }
  return {
    nights: plan.nights,
    false_alarms,
    false_alarms_per_100_nights: (100 * false_alarms) / plan.nights,
    detection_delay_nights:
      detected_at === null || plan.regression === null ? null : detected_at - plan.regression.at_night,
  };
}

function nameOf(index: number): string {
  return `s${index}`;
}

function levelOf({ regression }: SyntheticPlan, index: number, night: number): number {
  const regressed = regression !== null && index === 0 && night >= regression.at_night;
  return 100 * (regressed ? 1 + regression.effect_pct / 100 : 1);
}

/** Pairs differ by their trace too, which is the same every night. */
function draw(
  { pairs, pair_sd_pct }: SyntheticPlan,
  level: number,
  night_id: number,
  random: Random,
): NightValues {
  const values = Array.from({ length: pairs }, (_, pair): [number, number] => {
    const trace = 1 + 0.1 * Math.sin(pair + 1);
    return [pair, level * trace * (1 + (pair_sd_pct / 100) * random.normal())];
  });
  return { night_id, values: new Map(values) };
}
