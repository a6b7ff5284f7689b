// Two-level fractional factorials: a generated factor follows the product of its parents' signs (low −1, high +1), which
// halves the cells for each of them and confounds effects with one another. Box, Hunter & Hunter (2005), Statistics for
// Experimenters, ch. 6. A word is a set of factors whose product is constant, as a bit mask; the shortest word's length is
// the resolution: III confounds main effects with two-factor interactions, IV those with each other, V neither.

import { assert, present } from "../../domain/assert.ts";

export interface Fraction {
  /** [factors]: of a generated one its parents' indices, of a free one null. */
  readonly parents: readonly (readonly number[] | null)[];
  readonly resolution: number;
  /** Every word, as factor indices in ascending order. */
  readonly words: readonly (readonly number[])[];
}

export function makeFraction(
  names: readonly string[],
  generators: Readonly<Record<string, readonly string[]>>,
): Fraction {
  const parents = names.map((name) => generators[name]?.map((parent) => names.indexOf(parent)) ?? null);
  assert(
    parents.every((of) => of?.every((index) => index >= 0) ?? true),
    "parents are factors of the study",
  );
  const masks = parents.flatMap((of, i) =>
    of === null ? [] : [of.reduce((mask, index) => mask ^ (1 << index), 1 << i)],
  );
  const words = closure(masks).map(indicesOf);
  return { parents, words, resolution: Math.min(...words.map((word) => word.length)) };
}

/** [factors] level indices of the cell with these levels of the free factors. */
export function completeCell(fraction: Fraction, free_levels: readonly number[]): number[] {
  const levels = new Array<number>(fraction.parents.length).fill(0);
  let next = 0;
  for (const [i, of] of fraction.parents.entries())
    if (of === null) levels[i] = present(free_levels[next++], "every free factor has a level");
  for (const [i, of] of fraction.parents.entries()) {
    if (of === null) continue;
    const lows = of.filter((parent) => levels[parent] === 0).length;
    levels[i] = lows % 2 === 0 ? 1 : 0;
  }
  return levels;
}

/** Every product of one or more masks. */
function closure(masks: readonly number[]): number[] {
  const words: number[] = [];
  for (const mask of masks) words.push(mask, ...words.map((word) => word ^ mask));
  return words;
}

function indicesOf(mask: number): number[] {
  return Array.from({ length: 32 }, (_, i) => i).filter((i) => (mask >>> i) & 1);
}
