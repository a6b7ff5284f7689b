// No cache can serve more than the workload repeats: an arm above the ceiling was warm before it started, or counts wrongly.

import { isAvailable } from "../measured.ts";
import type { ArmSummary, ValidityCheck } from "../run_summary.ts";
import { fail, notApplicable, pass, percent } from "./check_result.ts";

/** Rounding of sums of ratios. */
const ROUNDING = 1e-9;

/** `slack`: by how much a hit ratio may exceed the ceiling, where the ceiling counts whole blocks and the server's are smaller. */
export function checkWithinCeiling(arms: readonly ArmSummary[], slack: number = 0): ValidityCheck {
  const check = "no arm hits more than the workload repeats";
  const judged = arms.map(({ name, tiers: { miss, theoretical_hit_ratio } }) => {
    if (!isAvailable(theoretical_hit_ratio))
      return { ok: null, text: `${name}: n/a (${theoretical_hit_ratio.na})` };
    if (!isAvailable(miss.ratio)) return { ok: null, text: `${name}: n/a (${miss.ratio.na})` };
    const hit_ratio = 1 - miss.ratio;
    return {
      ok: hit_ratio <= theoretical_hit_ratio + slack + ROUNDING,
      text: `${name}: ${percent(hit_ratio)} of ${percent(theoretical_hit_ratio)}`,
    };
  });
  const above = judged.filter((arm) => arm.ok === false);
  if (above.length > 0) {
    return fail(
      check,
      above.map((arm) => arm.text),
      "Something was cached before the run or is counted twice: run again, and compare the hits by turn.",
    );
  }
  const found = judged.map((arm) => arm.text).join(", ");
  return judged.some((arm) => arm.ok === null) ? notApplicable(check, found) : pass(check, found);
}
