import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { formatConfigProblem } from "./config_problem.ts";
import { parseStudy } from "./study_schema.ts";

const METRICS = [
  "ttft_ms_mean",
  "ttft_ms_p90",
  "e2el_ms_mean",
  "hit_ratio",
  "requests_per_s",
  "local_put_ratio",
];

const STUDY = {
  name: "s",
  claim: {
    ...{ text: "t", factor: "a", from: "off", to: "on" },
    expects: [{ metric: "ttft_ms_mean", direction: "lower" }],
  },
  base: { topology: "1p1d" },
  factors: { a: ["off", "on"], b: [100, 500], c: ["x", "y"] },
};

function problemsOf(over: object): string[] {
  const parsed = parseStudy({ ...STUDY, ...over }, METRICS);
  return parsed.ok ? [] : parsed.error.map(formatConfigProblem);
}

test("the example study parses", () => {
  const path = join(import.meta.dir, "../../workloads/studies/preferred_segment.yaml");
  const parsed = parseStudy(parse(readFileSync(path, "utf8")), METRICS);
  expect(parsed.ok && parsed.value.factors).toEqual([
    { name: "preferred_segment", levels: ["off", "local"] },
  ]);
});

test("numbers in YAML are levels by their text, and factors keep the file's order", () => {
  const parsed = parseStudy(STUDY, METRICS);
  expect(parsed.ok && parsed.value.factors[1]).toEqual({ name: "b", levels: ["100", "500"] });
  expect(parsed.ok && parsed.value.design).toEqual({ kind: "full" });
});

test("a claim is about a factor, its levels and a metric of the study", () => {
  expect(problemsOf({ claim: { ...STUDY.claim, factor: "z" } })[0]).toStartWith(
    "claim.factor: must be a factor",
  );
  expect(problemsOf({ claim: { ...STUDY.claim, to: "half" } })[0]).toStartWith(
    "claim.to: must be a level of a",
  );
  expect(problemsOf({ claim: { ...STUDY.claim, to: "off" } })[0]).toStartWith("claim.to: must differ");
  expect(problemsOf({ metrics: ["hit_ratio"] })[0]).toStartWith("claim.expects.0.metric: must be among");
  expect(problemsOf({ metrics: ["ttft_ms_mean", "ttft"] })[0]).toStartWith("metrics.1: must be a metric");
});

test("a claim expects something, of each metric once, and of an unmoved one no size", () => {
  const expecting = (...expects: readonly object[]): string[] =>
    problemsOf({ claim: { ...STUDY.claim, expects } });
  const lower = { metric: "ttft_ms_mean", direction: "lower" };
  expect(expecting()[0]).toStartWith("claim.expects");
  expect(expecting(lower, lower)[0]).toStartWith("claim.expects.1.metric: must be expected once");
  expect(expecting({ ...lower, size: [7, 4] })[0]).toStartWith("claim.expects.0.size: must be [smallest");
  expect(expecting({ ...lower, direction: "unmoved", size: [0, 1] })[0]).toStartWith(
    "claim.expects.0.size: must not be given",
  );
});

test("unknown keys are named with the nearest setting", () => {
  expect(problemsOf({ block: 3 })[0]).toBe("block: is not a setting, got 3. Did you mean blocks?");
});

test("a fraction is of two-level factors, and its generators of free ones", () => {
  const design = { kind: "fractional", generators: { c: ["a", "b"] }, resolution: 3 };
  expect(problemsOf({ design })).toEqual([]);
  expect(problemsOf({ design, factors: { ...STUDY.factors, b: [1, 2, 3] } })[0]).toStartWith(
    "factors.b: must have two",
  );
  const circular = { ...design, generators: { c: ["a", "b"], b: ["a", "c"] } };
  expect(problemsOf({ design: circular })).toHaveLength(2);
});
