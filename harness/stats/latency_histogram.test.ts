import { expect, test } from "bun:test";
import { hgrmOf } from "./latency_histogram.ts";

test("the export is in milliseconds and within three significant digits, up to hours", () => {
  const text = hgrmOf([0.5, 1, 2, 4_000_000]);
  const header = text.slice(0, text.indexOf("\n"));
  expect(header).toContain("Value");
  expect(header).toContain("1/(1-Percentile)");
  const values = valuesOf(text);
  expect(values[0]).toBeCloseTo(0.5, 2);
  const last = values[values.length - 1] ?? 0;
  expect(Math.abs(last - 4_000_000) / 4_000_000).toBeLessThan(0.001);
  expect(text).toMatch(/Total count\s+=\s+4/);
});

test("a negative latency counts as zero", () => {
  const text = hgrmOf([-0.25, 3]);
  expect(valuesOf(text)[0]).toBeCloseTo(0, 2); // to the resolution of 0.001 ms
  expect(text).toMatch(/Total count\s+=\s+2/);
});

/** The first column of the percentile lines. */
function valuesOf(text: string): number[] {
  const lines = text.split("\n").filter((line) => /^\s+\d/.test(line));
  return lines.map((line) => Number(line.trim().split(/\s+/)[0]));
}
