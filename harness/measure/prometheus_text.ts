// Reader of the Prometheus text exposition format (0.0.4): `name{label="value",…} number [timestamp]`, labels in any
// order, `\\`, `\"` and `\n` escaped in label values. Comments and blank lines are skipped; a line that is neither is an
// error, for a metric that is silently dropped reads as missing.

import { err, ok, type Result } from "../domain/result.ts";

export type Labels = Readonly<Record<string, string>>;

/** The series of one scrape. */
export class Samples {
  readonly #families = new Map<string, { labels: Labels; value: number }[]>();

  add(name: string, labels: Labels, value: number): void {
    const family = this.#families.get(name);
    if (family === undefined) this.#families.set(name, [{ labels, value }]);
    else family.push({ labels, value });
  }

  has(name: string): boolean {
    return this.#families.has(name);
  }

  /** The series whose labels are exactly these. */
  value(name: string, labels: Labels = {}): number | undefined {
    const wanted = Object.keys(labels).length;
    return this.#families
      .get(name)
      ?.find((series) => Object.keys(series.labels).length === wanted && carries(series.labels, labels))
      ?.value;
  }

  /** Sum over every series of the family that carries at least these labels; undefined when none does. */
  sum(name: string, labels: Labels = {}): number | undefined {
    const matching = this.#families.get(name)?.filter((series) => carries(series.labels, labels)) ?? [];
    return matching.length === 0 ? undefined : matching.reduce((total, series) => total + series.value, 0);
  }

  series(name: string): readonly { readonly labels: Labels; readonly value: number }[] {
    return this.#families.get(name) ?? [];
  }
}

function carries(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

export interface PrometheusError {
  readonly code: "malformed_metrics";
  readonly line: number;
  readonly detail: string;
}

const SERIES = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s*(\S+)(?:\s+-?\d+)?$/;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y;

export function parsePrometheusText(text: string): Result<Samples, PrometheusError> {
  const samples = new Samples();
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const match = SERIES.exec(line);
    const labels = match === null ? null : parseLabels(match[2] ?? "");
    const value = match === null ? null : parseNumber(match[3] ?? "");
    if (labels === null || value === null) {
      return err({ code: "malformed_metrics", line: index + 1, detail: line.slice(0, 120) });
    }
    samples.add(match?.[1] ?? "", labels, value);
  }
  return ok(samples);
}

function parseLabels(text: string): Labels | null {
  const labels: Record<string, string> = {};
  for (LABEL.lastIndex = 0; LABEL.lastIndex < text.length; ) {
    if (text.slice(LABEL.lastIndex).trim() === "") break;
    const match = LABEL.exec(text);
    if (match === null) return null;
    labels[match[1] ?? ""] = unescapeLabel(match[2] ?? "");
  }
  return labels;
}

function unescapeLabel(text: string): string {
  return text.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

function parseNumber(text: string): number | null {
  if (/^[+]?Inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-Inf$/i.test(text)) return Number.NEGATIVE_INFINITY;
  if (/^NaN$/i.test(text)) return Number.NaN;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : null;
}
