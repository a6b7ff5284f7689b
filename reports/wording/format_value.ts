// How numbers are written in every report. Minus is U+2212, so that it lines up with plus and is never broken off its number.

import { isAvailable } from "../../harness/measure/measured.ts";
import type { Measured } from "../../harness/measure/run_summary.ts";
import type { DeltaUnit } from "../../harness/stats/change.ts";

const MINUS = "\u2212";

/** Enough digits to compare two arms, no more: 12,345 · 123.4 · 12.34 · 0.123. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3;
  return withMinus(group(value.toFixed(digits)));
}

/** Whole in full, as counts are; a mean of counts, or a time among them, as a number. */
export function formatCount(value: number): string {
  return Number.isInteger(value) ? withMinus(group(value.toFixed(0))) : formatNumber(value);
}

/** A ratio in [0, 1] as a percentage. */
export function formatRatio(ratio: number): string {
  return `${withMinus((100 * ratio).toFixed(1))} %`;
}

/** A value whose changes are in `unit`: those of ratios are in percentage points. */
export function formatValue(value: number, unit: DeltaUnit): string {
  return unit === "points" ? formatRatio(value) : formatNumber(value);
}

/** `n/a (why)` of a value that could not be had. */
export function formatMeasured(value: Measured, format: (value: number) => string): string {
  return isAvailable(value) ? format(value) : `n/a (${value.na})`;
}

/** A change with its sign, and its unit: percent of the baseline, or percentage points. */
export function formatChange(change: number, unit: DeltaUnit): string {
  return `${signed(change)} ${unit === "percent" ? "%" : "pp"}`;
}

/** `−15.1 … −9.4`, in the unit of the change. */
export function formatInterval([lo, hi]: readonly [number, number]): string {
  return `${signed(lo)} … ${signed(hi)}`;
}

export function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${formatNumber(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** p-values below a thousandth are said as such. */
export function formatProbability(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

function signed(change: number): string {
  const text = Math.abs(change).toFixed(1);
  if (Number(text) === 0) return text;
  return `${change < 0 ? MINUS : "+"}${group(text)}`;
}

function withMinus(text: string): string {
  return text.replace(/^-/, MINUS);
}

/** Thousands, in the whole part. */
function group(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
