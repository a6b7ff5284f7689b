import { expect, test } from "bun:test";
import type { RequestRecord } from "../../harness/domain/request_record.ts";
import { reportFixture } from "../report_fixture.ts";
import { labelArms } from "../wording/arm_labels.ts";
import { type CdfInput, cdfChart } from "./cdf_chart.ts";
import { drawChart } from "./draw_chart.ts";

function input(records: readonly RequestRecord[]): CdfInput {
  return { metric: "ttft_ms", name: "TTFT", arms: ["only"], labels: labelArms(["only"]), records };
}

/** One request with TTFT n for each of `ttfts_ms`. */
function requests(ttfts_ms: readonly number[]): RequestRecord[] {
  const [template] = reportFixture({ arms: 1, pairs: 1 }).records;
  if (template === undefined) throw new Error("the fixture has records");
  return ttfts_ms.map((ms) => ({ ...template, sent_ns: 0, first_token_ns: ms * 1e6 }));
}

const ONE_TO_100 = Array.from({ length: 101 }, (_, i) => i + 100);

test("marks and table show the quantiles of the samples", () => {
  const chart = cdfChart(input(requests(ONE_TO_100)));
  // 101 samples 100 … 200: quantile q lies at 100 + 100 q.
  expect(chart?.draw("wide").tips.at(-1)).toEqual([
    "only: p50 150.0 ms",
    "only: p90 190.0 ms",
    "only: p99 199.0 ms",
  ]);
  expect(chart?.data?.rows[0]?.map(({ text }) => text).slice(-3)).toEqual(["195.0", "199.0", "200.0"]);
});

test("a long tail gets a logarithmic axis, which says so", () => {
  const long = cdfChart(input(requests([...ONE_TO_100, 9000])));
  const short = cdfChart(input(requests(ONE_TO_100)));
  if (long === null || short === null) throw new Error("both have samples");
  expect(drawChart(long, "wide")).toContain("TTFT (ms, logarithmic)");
  expect(drawChart(short, "wide")).toContain("TTFT (ms)");
});

test("without a sample there is no chart", () => {
  expect(cdfChart(input([]))).toBeNull();
});
