import { expect, test } from "bun:test";
import { designCells, fractionOf, nameCell } from "./design_cells.ts";
import { studyFixture } from "./study_fixture.ts";

test("a full design has every combination, the baseline first", () => {
  const cells = designCells(studyFixture({ kind: "full" }, ["a", "b"]));
  expect(cells).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
});

test("one at a time leaves the baseline in one factor only", () => {
  expect(designCells(studyFixture({ kind: "one_at_a_time" }))).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
});

test("half of a 2³ design follows c = a × b: signs −−+, −+−, +−−, +++", () => {
  const study = studyFixture({ kind: "fractional", generators: { c: ["a", "b"] }, resolution: 3 });
  expect(designCells(study)).toEqual([
    [0, 0, 1],
    [0, 1, 0],
    [1, 0, 0],
    [1, 1, 1],
  ]);
});

test("the resolution is the length of the shortest word, products of words included", () => {
  // Box, Hunter & Hunter's 2^(5−2): d = ab, e = ac gives words abd, ace and their product bcde: resolution III.
  const third = fractionOf(studyFixture({ kind: "full" }, ["a", "b", "c", "d", "e"]).factors, {
    d: ["a", "b"],
    e: ["a", "c"],
  });
  expect(third.resolution).toBe(3);
  expect(third.words).toContainEqual([1, 2, 3, 4]);
  // 2^(4−1) with d = abc: one word abcd, resolution IV.
  const fourth = fractionOf(studyFixture({ kind: "full" }, ["a", "b", "c", "d"]).factors, {
    d: ["a", "b", "c"],
  });
  expect(fourth.resolution).toBe(4);
});

test("a fraction is balanced: each factor is as often low as high", () => {
  const study = studyFixture({ kind: "fractional", generators: { d: ["a", "b", "c"] }, resolution: 4 }, [
    "a",
    "b",
    "c",
    "d",
  ]);
  const cells = designCells(study);
  expect(cells).toHaveLength(8);
  for (const i of [0, 1, 2, 3]) expect(cells.filter((cell) => cell[i] === 1)).toHaveLength(4);
});

test("a cell is named by its levels", () => {
  expect(nameCell(studyFixture().factors, [0, 1, 0])).toBe("a=off b=on c=off");
});
