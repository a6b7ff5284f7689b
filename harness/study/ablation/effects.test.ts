import { expect, test } from "bun:test";
import { Random } from "../../clock/random.ts";
import type { StudyConfig } from "../../config/study_config.ts";
import { designCells } from "./design_cells.ts";
import { type StudyEffect, studyEffects } from "./effects.ts";
import { studyFixture } from "./study_fixture.ts";

/** ttft = base + the additions of the levels that are on; `noise` moves all cells of a block alike. */
function effectsOf(
  study: StudyConfig,
  ttftOf: (on: readonly boolean[]) => number,
  noise: readonly number[],
): StudyEffect[] {
  const cells = designCells(study);
  const blocks = noise.map((shift) =>
    cells.map((cell) => ({ ttft_ms_mean: ttftOf(cell.map((level) => level === 1)) + shift })),
  );
  return studyEffects(study, cells, blocks, new Random(1));
}

const estimates = (effects: readonly StudyEffect[]): Record<string, number> =>
  Object.fromEntries(effects.map(({ name, estimate }) => [name, Number(estimate.toFixed(6))]));

test("main effects of an additive system are its additions, and there is no interaction", () => {
  const study = studyFixture({ kind: "full" }, ["a", "b"]);
  const effects = effectsOf(study, ([a, b]) => 100 - (a ? 10 : 0) + (b ? 20 : 0), [0, 0]);
  // a: cells without a mean (100 + 120)/2 = 110, with a 100: −10/110 = −9.0909 %. b: (100 + 90)/2 = 95 → 115: +21.0526 %.
  // interaction: (110 − 120) − (90 − 100) = 0
  expect(estimates(effects)).toEqual({
    "a: off → on": -9.090909,
    "b: off → on": 21.052632,
    "a=on × b=on": 0,
  });
});

test("an interaction is what both do beyond the sum of each, in percent of neither", () => {
  const study = studyFixture({ kind: "full" }, ["a", "b"]);
  const effects = effectsOf(study, ([a, b]) => (a && b ? 70 : 100), [0, 0]);
  // (70 − 100) − (100 − 100) = −30 of 100
  expect(estimates(effects)["a=on × b=on"]).toBe(-30);
});

test("one at a time compares each level with the baseline cell and claims no interaction", () => {
  const effects = effectsOf(
    studyFixture({ kind: "one_at_a_time" }),
    ([a, b]) => 100 - (a ? 10 : 0) + (b ? 20 : 0),
    [0, 0],
  );
  expect(estimates(effects)).toEqual({ "a: off → on": -10, "b: off → on": 20, "c: off → on": 0 });
});

test("a fraction of resolution III has main effects only", () => {
  const study = studyFixture({ kind: "fractional", generators: { c: ["a", "b"] }, resolution: 3 });
  // −−+ 100, −+− 100, +−− 90, +++ 90: a goes from 100 to 90; b and c from 95 to 95.
  expect(estimates(effectsOf(study, ([a]) => (a ? 90 : 100), [0, 0]))).toEqual({
    "a: off → on": -10,
    "b: off → on": 0,
    "c: off → on": 0,
  });
});

test("noise that a block's cells share is not the effect's noise", () => {
  const study = studyFixture({ kind: "full" }, ["a"]);
  const [effect] = effectsOf(study, ([a]) => (a ? 80 : 100), [-1, 0, 1]);
  // Blocks 99/79, 100/80, 101/81: R = 0.8, residuals c − 0.8 b = −0.2, 0, 0.2 (% of 100), sd 0.2, half 4.30 × 0.2/√3 = 0.497
  expect(effect?.estimate).toBeCloseTo(-20, 9);
  expect(effect?.ci95[1]).toBeCloseTo(-19.503, 2);
  expect(effect?.verdict).toBe("better");
});

test("Holm is over all effects: a p that holds alone is adjusted by their number", () => {
  const effects = effectsOf(studyFixture({ kind: "full" }, ["a", "b"]), ([a]) => (a ? 80 : 100), [-1, 0, 1]);
  const a = effects.find(({ name }) => name === "a: off → on");
  expect(a?.p_holm).toBeCloseTo(3 * (a?.p_value ?? 0), 12);
});

test("a metric that a cell lacks has no effect", () => {
  const study = studyFixture({ kind: "full" }, ["a"]);
  expect(
    studyEffects(
      study,
      designCells(study),
      [
        [{ ttft_ms_mean: 1 }, {}],
        [{}, {}],
      ],
      new Random(1),
    ),
  ).toEqual([]);
});
