// A tier that served no hit was not tested: a workload that fits the tier above never reads it back.

import type { Tier } from "../../domain/tier.ts";
import { isAvailable } from "../measured.ts";
import type { ArmSummary, ValidityCheck } from "../run_summary.ts";
import { fail, pass } from "./check_result.ts";

export interface TierUnderTest {
  readonly arm: string;
  readonly tier: Tier;
}

/** Proof of load: each of these tiers served hits in each arm that has it. */
export function checkProofOfLoad(
  arms: readonly ArmSummary[],
  tiersUnderTest: readonly TierUnderTest[],
): ValidityCheck {
  const check = "the tiers under test served hits";
  const problems = tiersUnderTest.flatMap(({ arm: name, tier }) => {
    const hits = arms.find((arm) => arm.name === name)?.tiers[tier].hit_tokens;
    if (hits === undefined) return [`${name}: no such arm`];
    if (!isAvailable(hits)) return [`${name}: ${tier} hit tokens n/a (${hits.na})`];
    return hits > 0 ? [] : [`${name}: no hit from ${tier}`];
  });
  return problems.length > 0
    ? fail(
        check,
        problems,
        "Enlarge the working set (more sessions, turns or tokens), or shrink the tier above the one under test.",
      )
    : pass(
        check,
        tiersUnderTest.map(({ arm, tier }) => `${arm}: ${tier}`).join(", ") || "none is under test",
      );
}
