// What a comparison means, for a reader who does not know the metrics' names.

import type { Comparison } from "../../harness/measure/run_summary.ts";
import { formatChange } from "./format_value.ts";

const WHAT: Readonly<Record<string, string>> = {
  ttft_ms_mean: "the mean time to the first token",
  e2el_ms_mean: "the mean time of a whole answer",
  output_tokens_per_s: "the output in tokens per second",
};

/** Of p_holm, the usual level: a larger one leaves the change to chance. */
const CHANCE_MAX = 0.05;

/** One or two sentences. */
export function plainWords(row: Comparison): string {
  const what = WHAT[row.metric] ?? row.metric;
  switch (row.verdict) {
    case "no_difference":
      return `The switch does not change ${what} by as much as matters.`;
    case "inconclusive":
      return `These runs do not show whether the switch changes ${what}.`;
    default: {
      const { delta_pct, delta_unit = "percent" } = row;
      const size = formatChange(Math.abs(delta_pct), delta_unit).replace("+", "");
      const moved = `${what.charAt(0).toUpperCase()}${what.slice(1)} ${delta_pct < 0 ? "fell" : "rose"} by ${size}.`;
      const by_chance = row.p_holm !== undefined && row.p_holm > CHANCE_MAX;
      return by_chance ? `${moved} Among so many comparisons that may still be chance: confirm it.` : moved;
    }
  }
}
