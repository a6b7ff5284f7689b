import { expect, test } from "bun:test";
import { HashIndex } from "./hash_index.ts";

function valuesOf(index: HashIndex, hash: number): number[] {
  const values: number[] = [];
  for (let value = index.first(hash); value !== -1; value = index.next()) values.push(value);
  return values;
}

test("values of one hash are found together, others are not among them", () => {
  const index = new HashIndex();
  index.add(7, 0);
  index.add(7, 5);
  index.add(7 + 2 ** 31, 6); // another shard
  expect(valuesOf(index, 7).sort()).toEqual([0, 5]);
  expect(valuesOf(index, 8)).toEqual([]);
  expect(index.size).toBe(3);
});

test("a removed value is gone and those that collided with it stay", () => {
  const index = new HashIndex();
  for (const [value, hash] of [7, 7 + 8, 7 + 16, 0].entries()) index.add(hash, value); // one home slot of eight, then its neighbour
  index.remove(7, 0);
  expect([valuesOf(index, 7), valuesOf(index, 15), valuesOf(index, 23), valuesOf(index, 0)]).toEqual([
    [],
    [1],
    [2],
    [3],
  ]);
});

test("removing what was not added is a programmer's error", () => {
  const index = new HashIndex();
  expect(() => index.remove(1, 1)).toThrow("was added");
  index.add(1, 1);
  expect(() => index.remove(1, 2)).toThrow("was added");
});

test("20,000 random steps in few hashes agree with a map of sets", () => {
  const index = new HashIndex();
  const model = new Map<number, Set<number>>();
  let state = 99;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  for (let step = 0; step < 20_000; step++) {
    const hash = below(3) * 2 ** 30 + below(90);
    const values = model.get(hash) ?? new Set<number>();
    model.set(hash, values);
    if (below(100) < 55) {
      values.add(step);
      index.add(hash, step);
    } else {
      const [value] = values;
      if (value === undefined) continue;
      values.delete(value);
      index.remove(hash, value);
    }
    expect(new Set(valuesOf(index, hash))).toEqual(values);
  }
  expect(index.size).toBe([...model.values()].reduce((sum, { size }) => sum + size, 0));
});
