import { expect, test } from "bun:test";
import {
  formatChange,
  formatCount,
  formatInterval,
  formatMeasured,
  formatNumber,
  formatProbability,
  formatRatio,
  formatSeconds,
  formatValue,
} from "./format_value.ts";

test("numbers keep about four digits, and thousands are grouped", () => {
  expect([12345.6, 123.45, 12.345, 0.01234, 0].map(formatNumber)).toEqual([
    "12,346",
    "123.5",
    "12.35",
    "0.012",
    "0.000",
  ]);
});

test("counts are whole unless they are not", () => {
  expect(formatCount(1_234_567)).toBe("1,234,567");
  expect(formatCount(2.5)).toBe("2.50");
});

test("changes carry a sign and a unit, and nothing is no sign", () => {
  expect(formatChange(-6.87, "percent")).toBe("−6.9 %");
  expect(formatChange(16.3, "points")).toBe("+16.3 pp");
  expect(formatChange(-0.01, "percent")).toBe("0.0 %");
  expect(formatInterval([-1234.5, 0.5])).toBe("−1,234.5 … +0.5");
});

test("ratios are percentages", () => {
  expect(formatRatio(0.2345)).toBe("23.4 %");
});

test("a value is written as its changes are counted: points are of a ratio", () => {
  expect(formatValue(0.2345, "points")).toBe("23.4 %");
  expect(formatValue(0.2345, "percent")).toBe("0.234");
});

test("a missing value says why, and is not 0", () => {
  expect(formatMeasured(12, formatCount)).toBe("12");
  expect(formatMeasured({ na: "nothing was put" }, formatCount)).toBe("n/a (nothing was put)");
});

test("long times are minutes and seconds", () => {
  expect(formatSeconds(3.1)).toBe("3.10 s");
  expect(formatSeconds(152)).toBe("2 min 32 s");
  // 179.6 s is 2 min 59.6 s: rounding must not make it 2 min 60 s.
  expect(formatSeconds(179.6)).toBe("3 min 0 s");
});

test("small probabilities are not zero", () => {
  expect(formatProbability(0.0001)).toBe("< 0.001");
  expect(formatProbability(0.0482)).toBe("0.048");
});
