// How a check words its outcome.

import type { ValidityCheck } from "../run_summary.ts";

export function pass(check: string, detail: string): ValidityCheck {
  return { check, ok: true, detail };
}

export function fail(check: string, problems: readonly string[]): ValidityCheck {
  return { check, ok: false, detail: problems.join("; ") };
}

export function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}
