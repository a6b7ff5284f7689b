// What bun test said of the tests of a run, by its lines: (pass), (fail), (skip).

export interface TestCount {
  readonly passed: number;
  readonly skipped: number;
  /** Their names. */
  readonly failed: readonly string[];
}

/** Coloured or not. */
export function testCount(output: string): TestCount {
  const plain = Bun.stripANSI(output);
  const count = (word: string): number => [...plain.matchAll(new RegExp(`^\\(${word}\\) `, "gm"))].length;
  const failed = [...plain.matchAll(/^\(fail\) (.*?)(?: \[[^[\]]*\])?$/gm)].map(([, name = ""]) => name);
  return { passed: count("pass"), skipped: count("skip"), failed };
}
