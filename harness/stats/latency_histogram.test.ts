import { expect, test } from "bun:test";
import { hgrmOf, LatencyHistogram } from "./latency_histogram.ts";

test("the export is in milliseconds and within three significant digits, up to hours", () => {
  const text = hgrmOf([0.5, 1, 2, 4_000_000]);
  const lines = text.split("\n");
  expect(lines[0]).toContain("Value");
  expect(lines[0]).toContain("1/(1-Percentile)");
  const values = lines
    .filter((line) => /^\s+\d/.test(line))
    .map((line) => Number(line.trim().split(/\s+/)[0]));
  expect(values[0]).toBeCloseTo(0.5, 2);
  const last = values[values.length - 1] ?? 0;
  expect(Math.abs(last - 4_000_000) / 4_000_000).toBeLessThan(0.001);
  expect(text).toMatch(/Total count\s+=\s+4/);
});

test("a negative latency is recorded as zero and counted", () => {
  using histogram = new LatencyHistogram();
  histogram.record_ms(-0.25);
  histogram.record_ms(3);
  expect(histogram.count).toBe(2);
  expect(histogram.negatives).toBe(1);
});
