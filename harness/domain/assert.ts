// Programmer errors. An assertion states the truth that failed; it is always on.

export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

export function assert(condition: unknown, truth: string): asserts condition {
  if (!condition) throw new AssertionError(truth);
}

/** Narrows away null and undefined where the caller knows the value is there. */
export function present<T>(value: T | null | undefined, truth: string): T {
  if (value === null || value === undefined) throw new AssertionError(truth);
  return value;
}

/** The branch that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new AssertionError(`every case is handled, got ${JSON.stringify(value)}`);
}
