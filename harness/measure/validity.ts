// Invalid beats wrong (DESIGN.md): a run that fails one check is refused. The checks are in checks/ and cold_start.ts, each a
// function of facts that names what it found; a fact that is missing fails its check.

import type { ValidityCheck } from "./run_summary.ts";

/** A run that was not checked is not valid. */
export function isValid(checks: readonly ValidityCheck[]): boolean {
  return checks.length > 0 && checks.every((check) => check.ok);
}
