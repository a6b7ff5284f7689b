// Writes the Prometheus text exposition format (0.0.4). Every series carries the labels of its process.

export type MetricLabels = Readonly<Record<string, string>>;
export type MetricType = "counter" | "gauge";

export interface Histogram {
  readonly bucket_counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

export class MetricsText {
  readonly #labels: MetricLabels;
  readonly #lines: string[] = [];
  readonly #families = new Set<string>();

  constructor(labels: MetricLabels) {
    this.#labels = labels;
  }

  /** Series of one family follow each other; the type is written before the first. */
  add(type: MetricType, name: string, value: number, labels: MetricLabels = {}): void {
    if (!this.#families.has(name)) this.#lines.push(`# TYPE ${name} ${type}`);
    this.#families.add(name);
    this.#lines.push(`${name}${renderLabels({ ...this.#labels, ...labels })} ${value}`);
  }

  /** One series per key of `values`, told apart by `label`. */
  addEach(type: MetricType, name: string, label: string, values: Readonly<Record<string, number>>): void {
    for (const [key, value] of Object.entries(values)) this.add(type, name, value, { [label]: key });
  }

  /** bucket_counts are cumulative; `count` is the bucket without a bound. */
  addHistogram(name: string, bounds: readonly number[], histogram: Histogram, labels: MetricLabels): void {
    if (!this.#families.has(name)) this.#lines.push(`# TYPE ${name} histogram`);
    this.#families.add(name);
    const line = (suffix: string, value: number, more: MetricLabels = {}): void => {
      this.#lines.push(`${name}${suffix}${renderLabels({ ...this.#labels, ...labels, ...more })} ${value}`);
    };
    for (const [i, bound] of bounds.entries()) {
      line("_bucket", histogram.bucket_counts[i] ?? 0, { le: String(bound) });
    }
    line("_bucket", histogram.count, { le: "+Inf" });
    line("_sum", histogram.sum);
    line("_count", histogram.count);
  }

  response(): Response {
    return new Response(`${this.#lines.join("\n")}\n`, {
      headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
    });
  }
}

function renderLabels(labels: MetricLabels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
