// A table before it is text: what the terminal, Markdown and HTML reports share, so that they cannot disagree.

import { isAvailable } from "../../harness/measure/measured.ts";
import type { Measured } from "../../harness/measure/run_summary.ts";

export interface ReportTable {
  readonly title: string;
  readonly columns: readonly Column[];
  /** Each as long as `columns`. */
  readonly rows: readonly (readonly Cell[])[];
  /** Rows with the same first cell belong together: it is shown once. */
  readonly blocks?: true;
}

export interface Column {
  /** The field's name as in summary.json, with its unit. */
  readonly label: string;
  readonly align: "left" | "right";
}

export type Tone = "good" | "bad" | "unsure" | "quiet";

export interface Cell {
  readonly text: string;
  /** Of a value that could not be had: shown as `n/a (why)`. */
  readonly why?: string;
  readonly tone?: Tone;
  /** A share in [0, 1] that HTML draws behind the text. */
  readonly share?: number;
}

export function left(label: string): Column {
  return { label, align: "left" };
}

export function right(label: string): Column {
  return { label, align: "right" };
}

export function cell(text: string, tone?: Tone): Cell {
  return tone === undefined ? { text } : { text, tone };
}

/** Missing is never 0. */
export function measuredCell<T>(value: Measured<T>, format: (value: T) => string): Cell {
  return isAvailable(value) ? { text: format(value) } : missingCell(value.na);
}

export function missingCell(why: string): Cell {
  return { text: "n/a", why, tone: "quiet" };
}

/** Of a row to which the column does not apply. */
export const NOT_APPLICABLE: Cell = { text: "–", tone: "quiet" };
