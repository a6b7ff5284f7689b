// KV bytes are checked at every load: a stale or a corrupt block that was read makes every number of the run suspect. Arms
// that keep KV over a weight update on purpose read stale blocks; how many is what they are run for.

import { isAvailable } from "../measured.ts";
import type { ArmSummary, ValidityCheck } from "../run_summary.ts";
import { fail, pass } from "./check_result.ts";

/** keeps_old_kv: names of arms in which stale reads are no defect. */
const NEXT_STEP =
  "Do not use these figures: an engine answered from wrong KV. The engines' logs name the keys; engine.weight_reset=hard rules out stale ones.";

export function checkReads(
  arms: readonly ArmSummary[],
  keeps_old_kv: ReadonlySet<string> = new Set(),
): ValidityCheck {
  const check = "no block that was read was stale or corrupt";
  const problems = arms.flatMap(({ name, stale_reads, corrupt_reads }) =>
    Object.entries({ stale_reads, corrupt_reads }).flatMap(([what, count]) => {
      if (!isAvailable(count)) return [`${name}: ${what} n/a (${count.na})`];
      const is_allowed = count === 0 || (what === "stale_reads" && keeps_old_kv.has(name));
      return is_allowed ? [] : [`${name}: ${count} ${what}`];
    }),
  );
  if (problems.length > 0) return fail(check, problems, NEXT_STEP);
  const except = keeps_old_kv.size === 0 ? "" : `; ${[...keeps_old_kv].join(", ")} may read stale blocks`;
  return pass(check, `0 stale, 0 corrupt in every arm${except}`);
}
