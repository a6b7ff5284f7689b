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
