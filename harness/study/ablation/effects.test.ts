import { expect, test } from "bun:test";
import { Random } from "../../clock/random.ts";
import type { StudyConfig } from "../../config/study_config.ts";
import { requestRecord } from "../../measure/request_fixture.ts";
import type { MetricValues } from "../metric_values.ts";
import { designCells } from "./design_cells.ts";
import { type StudyBlock, type StudyEffect, studyEffects } from "./effects.ts";
import { studyFixture } from "./study_fixture.ts";

function blockOf(values: readonly MetricValues[]): StudyBlock {
  return { values, sessions: null };
}

/** ttft = base + the additions of the levels that are on; `noise` moves all cells of a block alike. */
function effectsOf(
  study: StudyConfig,
  ttftOf: (on: readonly boolean[]) => number,
  noise: readonly number[],
): StudyEffect[] {
  const cells = designCells(study);
  const blocks = noise.map((shift) =>
    blockOf(cells.map((cell) => ({ ttft_ms_mean: ttftOf(cell.map((level) => level === 1)) + shift }))),
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
      [blockOf([{ ttft_ms_mean: 1 }, {}]), blockOf([{}, {}])],
      new Random(1),
    ),
  ).toEqual([]);
});

/** One request a session; cells add `effect_ms[cell]` to what the session takes in all of them. */
function sessionsOf(effect_ms: readonly number[], session_ms: readonly number[]): StudyBlock["sessions"] {
  return session_ms.map((of_session, i) =>
    effect_ms.map((of_cell) => [
      requestRecord({ session_id: `s${i}`, first_token_ns: (of_session + of_cell) * 1_000_000 }),
    ]),
  );
}

test("the bootstrap over blocks and conversations stands beside, for main effects and interactions alike", () => {
  const study = studyFixture({ kind: "full" }, ["a", "b"]);
  const cells = designCells(study); // −−, −+, +−, ++
  const means = [100, 100, 100, 70];
  const block: StudyBlock = {
    values: means.map((ttft_ms_mean) => ({ ttft_ms_mean })),
    sessions: sessionsOf([0, 0, 0, -30], [100, 100, 100]),
  };
  const effects = studyEffects(study, cells, [block, block], new Random(1));
  const bootstrap = Object.fromEntries(
    effects.map(({ name, bootstrap95 }) => [name, bootstrap95?.map((end) => Number(end.toFixed(9)))]),
  );
  expect(bootstrap).toEqual({
    "a: off → on": [-15, -15],
    "b: off → on": [-15, -15],
    "a=on × b=on": [-30, -30],
  });
});

test("conversations that differ widen the bootstrap, and a block without records has none", () => {
  const study = studyFixture({ kind: "full" }, ["a"]);
  const values = [{ ttft_ms_mean: 100 }, { ttft_ms_mean: 90 }];
  const spread = (sessions: StudyBlock["sessions"]): number => {
    const blocks = [
      { values, sessions },
      { values, sessions },
    ];
    const [lo, hi] = studyEffects(study, designCells(study), blocks, new Random(1))[0]?.bootstrap95 ?? [0, 0];
    return hi - lo;
  };
  expect(spread(sessionsOf([0, -10], [100, 100, 100]))).toBe(0);
  // The same 10 ms are more of a short conversation's time than of a long one's.
  expect(spread(sessionsOf([0, -10], [20, 80, 200]))).toBeGreaterThan(5);
  expect(spread(null)).toBe(0);
});

test("what does not decide says how many blocks would", () => {
  const study = studyFixture({ kind: "full" }, ["a"]);
  const [decided] = effectsOf(study, ([a]) => (a ? 95 : 100), [0, 0]);
  expect(decided?.blocks_to_decide).toBeNull();
  const uneven = [100, 108].map((a_ms) => blockOf([{ ttft_ms_mean: 100 }, { ttft_ms_mean: a_ms }]));
  const [open] = studyEffects(study, designCells(study), uneven, new Random(1));
  // Changes of 0 and 8 %: estimate 4, sd 5.66. (t₀.₉₇₅ + t₀.₈₀) × 5.66 / √n ≤ 4 first at n = 18: (2.110 + 0.863) × 1.333 = 3.96
  expect(open).toMatchObject({ verdict: "inconclusive", blocks_to_decide: 18 });
});
