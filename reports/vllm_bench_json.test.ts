import { expect, test } from "bun:test";
import { reportFixture } from "./report_fixture.ts";
import { vllmBenchJson } from "./vllm_bench_json.ts";

/** As `vllm bench serve --save-result` writes them. */
const KEYS = [
  ..."duration completed total_input_tokens total_output_tokens request_throughput output_throughput".split(
    " ",
  ),
  ..."total_token_throughput request_rate max_concurrency input_lens output_lens ttfts itls".split(" "),
  ...["ttft", "tpot", "itl", "e2el"].flatMap((metric) =>
    ["mean", "median", "std", "p99"].map((statistic) => `${statistic}_${metric}_ms`),
  ),
];

test("has the keys of vLLM's result file, with times of requests in seconds", () => {
  const input = reportFixture();
  const result = JSON.parse(vllmBenchJson(input, "preferred_segment=off") ?? "null");
  expect(KEYS.filter((key) => !(key in result))).toEqual([]);
  expect(result).toMatchObject({ completed: 96, failed: 0, request_rate: "inf", max_concurrency: 8 });
  const [first] = input.records;
  expect(result.ttfts[0]).toBeCloseTo(((first?.first_token_ns ?? 0) - (first?.sent_ns ?? 0)) / 1e9, 9);
  // 16 tokens have 15 gaps.
  expect(result.itls[0]).toHaveLength(15);
  // Milliseconds in the statistics, seconds in the lists.
  const mean_s = result.ttfts.reduce((sum: number, one: number) => sum + one, 0) / 96;
  expect(result.mean_ttft_ms).toBeCloseTo(1000 * mean_s, 6);
});

test("statistics without samples are null, not 0", () => {
  const result = JSON.parse(
    vllmBenchJson(reportFixture({ missing: true }), "preferred_segment=off") ?? "null",
  );
  expect(result).toMatchObject({ completed: 0, failed: 96, mean_ttft_ms: null, std_itl_ms: null });
});

test("an arm that the run does not have has no file", () => {
  expect(vllmBenchJson(reportFixture(), "nightly")).toBeNull();
});
