// A curve over time in ten numbers: enough to read it without seeing it.

import { type Column, right } from "../tables/report_table.ts";
import { formatNumber } from "../wording/format_value.ts";

const TENTHS = 10;

/** Middles of the ten tenths of a time, as parts of it: 0.05, 0.15, …, 0.95. */
export const TENTH_MIDDLES: readonly number[] = Array.from(
  { length: TENTHS },
  (_, tenth) => (tenth + 0.5) / TENTHS,
);

/** A column for each middle. */
export function tenthColumns(duration_s: number): Column[] {
  return TENTH_MIDDLES.map((part) => right(`at ${formatNumber(part * duration_s)} s`));
}
