import { expect, test } from "bun:test";
import { reportFixture } from "../report_fixture.ts";
import { predictionTable } from "./prediction_table.ts";

test("counts are whole, times are not, and an error of a live value of zero is none", () => {
  const arm = "preferred_segment=off";
  const prediction = [
    { arm, metric: "ttft_ms_p50", live: 80.5, sim: 84.525, error_pct: 5 },
    { arm, metric: "hit_tokens_cpu", live: 0, sim: 16_384 },
  ];
  const { rows } = predictionTable({ ...reportFixture().summary, prediction });
  expect(rows.map((row) => row.map(({ text }) => text))).toEqual([
    ["off", "ttft_ms_p50", "80.50", "84.53", "+5.0 %"],
    ["off", "hit_tokens_cpu", "0", "16,384", "–"],
  ]);
});

test("a run that was not simulated has no such table", () => {
  expect(predictionTable(reportFixture().summary).rows).toEqual([]);
});
