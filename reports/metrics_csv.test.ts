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

test("goodput and refused requests are there, and without an objective the reason", () => {
  const metric = (
    options: Parameters<typeof reportFixture>[0],
    name: string,
  ): Record<string, string> | undefined =>
    rowsOf(metricsCsv(reportFixture(options).summary)).find((row) => row["metric"] === name);
  const [arm] = reportFixture({ invalid: true }).summary.arms;
  expect(metric({ invalid: true }, "good_requests")?.["value"]).toBe(String(arm?.goodput?.good_requests));
  expect(metric({ invalid: true }, "goodput_ratio")?.["value"]).toBe(String(arm?.goodput?.ratio));
  expect(metric({}, "goodput_requests_per_s")).toMatchObject({ value: "", na: "no objective" });
  expect(metric({}, "rejected")?.["value"]).toBe("0");
});
