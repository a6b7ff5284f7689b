// Arithmetic on values that may be missing. A sum with a missing part is missing, and says why.

import type { Measured, NotAvailable } from "./run_summary.ts";

export function na(why: string): NotAvailable {
  return { na: why };
}

export function isAvailable<T>(value: Measured<T>): value is T {
  return !(typeof value === "object" && value !== null && "na" in value);
}

/** `body` of the values when all are there, else the first reason why not. */
export function withAll(
  values: readonly Measured[],
  body: (numbers: readonly number[]) => Measured,
): Measured {
  const numbers: number[] = [];
  for (const value of values) {
    if (!isAvailable(value)) return value;
    numbers.push(value);
  }
  return body(numbers);
}

export function sumOf(values: readonly Measured[]): Measured {
  return withAll(values, (numbers) => numbers.reduce((sum, value) => sum + value, 0));
}

export function ratioOf(numerator: Measured, denominator: Measured, whyZero: string): Measured {
  return withAll([numerator, denominator], ([top = 0, bottom = 0]) =>
    bottom === 0 ? na(whyZero) : top / bottom,
  );
}
