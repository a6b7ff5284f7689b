// KV bytes are checked at every load: a stale or a corrupt block that was read makes every number of the run suspect.

import { isAvailable } from "../measured.ts";
import type { ArmSummary, ValidityCheck } from "../run_summary.ts";
import { fail, pass } from "./check_result.ts";

export function checkReads(arms: readonly ArmSummary[]): ValidityCheck {
  const check = "no block that was read was stale or corrupt";
  const problems = arms.flatMap(({ name, stale_reads, corrupt_reads }) =>
    Object.entries({ stale_reads, corrupt_reads }).flatMap(([what, count]) => {
      if (!isAvailable(count)) return [`${name}: ${what} n/a (${count.na})`];
      return count === 0 ? [] : [`${name}: ${count} ${what}`];
    }),
  );
  return problems.length > 0 ? fail(check, problems) : pass(check, "0 stale, 0 corrupt in every arm");
}
