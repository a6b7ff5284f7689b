import { expect, test } from "bun:test";
import { formatConfigProblem } from "../../config/config_problem.ts";
import type { StudyConfig } from "../../config/study_config.ts";
import { buildCells } from "./build_cells.ts";
import { studyFixture } from "./study_fixture.ts";

const FACTORS = [
  { name: "preferred_segment", levels: ["off", "local"] },
  { name: "min_load_tokens", levels: ["0", "256"] },
];
const STUDY: StudyConfig = { ...studyFixture(), factors: FACTORS };
const BASE = { topology: "2p1d" };

function problemsOf(study: StudyConfig, base: object): string[] {
  const cells = buildCells(study, { ...base });
  return cells.ok ? [] : cells.error.map(formatConfigProblem);
}

test("each cell's configuration differs from the first in its factors and nothing else", () => {
  const cells = buildCells(STUDY, BASE);
  expect(
    cells.ok && cells.value.map(({ arm, differences }) => [arm.name, differences.map(({ path }) => path)]),
  ).toEqual([
    ["preferred_segment=off min_load_tokens=0", []],
    ["preferred_segment=off min_load_tokens=256", ["connector.min_load_tokens"]],
    ["preferred_segment=local min_load_tokens=0", ["connector.preferred_segment"]],
    [
      "preferred_segment=local min_load_tokens=256",
      ["connector.preferred_segment", "connector.min_load_tokens"],
    ],
  ]);
});

test("unknown factors and levels, and levels that mean the same, are refused", () => {
  const of = (name: string, ...levels: string[]) => ({ ...STUDY, factors: [{ name, levels }] });
  expect(problemsOf(of("prefered_segment", "off", "local"), BASE)[0]).toContain("preferred_segment");
  expect(problemsOf(of("preferred_segment", "off", "remote"), BASE)[0]).toStartWith(
    "factors.preferred_segment: must be one",
  );
  expect(problemsOf(of("staging_bytes", "4MiB", "4096KiB"), BASE)[0]).toStartWith(
    "factors.staging_bytes: must have levels",
  );
});

test("a factor that can do nothing in the base is refused", () => {
  expect(problemsOf(STUDY, { topology: "2p1d", store: { tiers: "hbm" } })[0]).toContain(
    "must make a difference",
  );
});

test("a stated resolution that the generators do not have is refused", () => {
  const factors = [...FACTORS, { name: "executors", levels: ["shared", "separate"] }];
  const design = {
    kind: "fractional",
    generators: { executors: ["preferred_segment", "min_load_tokens"] },
  } as const;
  expect(problemsOf({ ...STUDY, factors, design: { ...design, resolution: 4 } }, BASE)[0]).toStartWith(
    "design.resolution: must be the resolution of these generators (3)",
  );
  expect(problemsOf({ ...STUDY, factors, design: { ...design, resolution: 3 } }, BASE)).toEqual([]);
});
