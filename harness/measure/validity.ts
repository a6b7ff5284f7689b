// Invalid beats wrong (DESIGN.md): a run that fails one check is refused. The checks are in checks/ and cold_start.ts, each a
// function of facts that names what it found; a fact that is missing fails its check.

import type { ValidityCheck } from "./run_summary.ts";

/** A run that was not checked is not valid; a check that does not apply checks nothing. */
export function isValid(checks: readonly ValidityCheck[]): boolean {
  return checks.some(({ ok }) => ok === true) && checks.every(({ ok }) => ok !== false);
}
