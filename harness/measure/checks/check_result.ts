// How a check words its outcome.

import type { ValidityCheck } from "../run_summary.ts";

export function pass(check: string, detail: string): ValidityCheck {
  return { check, ok: true, detail };
}

/** `next_step`: a whole sentence. */
export function fail(check: string, problems: readonly string[], next_step: string): ValidityCheck {
  return { check, ok: false, detail: problems.join("; "), next_step };
}

/** `why`: what of the run makes that there is nothing to check, or nobody who could. */
export function notApplicable(check: string, why: string): ValidityCheck {
  return { check, ok: null, detail: why };
}

export function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}
