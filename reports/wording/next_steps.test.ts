import { expect, test } from "bun:test";
import { reportFixture } from "../report_fixture.ts";
import { nextSteps } from "./next_steps.ts";

test("advice is given once, with all that it is for", () => {
  expect(nextSteps(reportFixture())).toEqual([
    "Run 4 more pairs: a new comparison with --pairs 6 (preferred_segment: off → local: ttft_ms_p90, ttft_ms_p99, e2el_ms_p90).",
  ]);
});

test("an invalid run is to be repeated, and advises nothing else of its comparisons", () => {
  const steps = nextSteps(reportFixture({ invalid: true }));
  expect(steps[0]).toContain("run again");
  expect(steps.join()).not.toContain("--pairs");
  expect(steps[1]).toContain("2 of 96");
});

test("a run of one arm is followed by a comparison", () => {
  expect(nextSteps(reportFixture({ arms: 1 }))[0]).toContain("--ab");
});

test("what failed says what to change, each once", () => {
  const input = reportFixture({ invalid: true });
  const next_step = "Quieten the machine.";
  const validity = ["a", "b"].map((check) => ({ check, ok: false, detail: "", next_step }));
  const steps = nextSteps({ ...input, summary: { ...input.summary, validity } });
  expect(steps.slice(0, 2)).toEqual([next_step, "Then run again: this run decides nothing."]);
});

test("pairs that would decide are one step, the fewest first", () => {
  const input = reportFixture();
  const wanted = [undefined, 7, 3, 7];
  const comparisons = input.summary.comparisons.slice(0, 4).map((row, i) => {
    const pairs_to_decide = wanted[i];
    return { ...row, advice: null, ...(pairs_to_decide === undefined ? {} : { pairs_to_decide }) };
  });
  const [a, b, c] = comparisons.slice(1).map(({ metric }) => metric);
  expect(nextSteps({ ...input, summary: { ...input.summary, comparisons } })).toEqual([
    `More pairs would decide what is inconclusive, as a new comparison: --pairs 3 for ${b}; --pairs 7 for ${a}, ${c}.`,
  ]);
});

test("when everything is decided there still is a next step", () => {
  const input = reportFixture();
  const steps = (verdict: "no_difference" | "better"): string[] => {
    const comparisons = input.summary.comparisons.map((row) => ({ ...row, verdict, advice: null }));
    return nextSteps({ ...input, summary: { ...input.summary, comparisons } });
  };
  expect(steps("no_difference")).toEqual([expect.stringContaining("No metric moved")]);
  expect(steps("better")).toEqual([expect.stringContaining("Every metric is decided")]);
});
