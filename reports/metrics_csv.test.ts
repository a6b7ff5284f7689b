import { expect, test } from "bun:test";
import { parse } from "csv-parse/sync";
import { metricsCsv } from "./metrics_csv.ts";
import { reportFixture } from "./report_fixture.ts";

function rowsOf(text: string): Record<string, string>[] {
  return parse(text, { columns: true }) as Record<string, string>[];
}

test("each arm has a line per metric, named as in the summary", () => {
  const { summary } = reportFixture();
  const rows = rowsOf(metricsCsv(summary));
  const value = (arm: string, metric: string): string | undefined =>
    rows.find((row) => row["arm"] === arm && row["metric"] === metric)?.["value"];
  expect(value("preferred_segment=local", "local_put_ratio")).toBe("1");
  expect(value("preferred_segment=off", "requests")).toBe("96");
  expect(value("preferred_segment=off", "ttft_ms_n")).toBe("96");
});

test("a missing value is empty and has its reason beside it", () => {
  const rows = rowsOf(metricsCsv(reportFixture({ missing: true }).summary));
  expect(rows.find((row) => row["metric"] === "stale_reads")).toMatchObject({
    value: "",
    na: "engines were not scraped",
  });
});
