// No cache can serve more than the workload repeats: an arm above the ceiling was warm before it started, or counts wrongly.

import { isAvailable } from "../measured.ts";
import type { ArmSummary, ValidityCheck } from "../run_summary.ts";
import { fail, pass, percent } from "./check_result.ts";

/** Rounding of sums of ratios. */
const SLACK = 1e-9;

export function checkWithinCeiling(arms: readonly ArmSummary[]): ValidityCheck {
  const check = "no arm hits more than the workload repeats";
  const judged = arms.map(({ name, tiers: { miss, theoretical_hit_ratio } }) => {
    if (!isAvailable(miss.ratio) || !isAvailable(theoretical_hit_ratio))
      return { ok: true, text: `${name}: n/a` };
    const hit_ratio = 1 - miss.ratio;
    return {
      ok: hit_ratio <= theoretical_hit_ratio + SLACK,
      text: `${name}: ${percent(hit_ratio)} of ${percent(theoretical_hit_ratio)}`,
    };
  });
  const above = judged.filter((arm) => !arm.ok);
  return above.length === 0
    ? pass(check, judged.map((arm) => arm.text).join(", "))
    : fail(
        check,
        above.map((arm) => arm.text),
        "Something was cached before the run or is counted twice: run again, and compare the hits by turn.",
      );
}
