// A claim beside what was measured: for every metric that it speaks of, does the direction hold, does the size.
//
//   confirmed      the interval excludes zero on the claimed side (and overlaps the claimed size, if one is claimed); of a
//                  metric that is to stay unmoved: it lies whole within the minimum effect
//   wrong_size     the direction holds, and the whole interval lies outside the claimed size
//   contradicted   the interval excludes zero on the other side, or lies whole within the minimum effect; of an unmoved metric:
//                  it changed by the minimum effect or more
//   open           the interval allows both

import type { ClaimedChange, StudyClaim } from "../../config/study_config.ts";
import type { StudyEffect } from "./effects.ts";

export type ClaimAnswer = "confirmed" | "wrong_size" | "contradicted" | "open";

export interface ClaimOutcome {
  readonly claim: StudyClaim;
  /** [expects] */
  readonly changes: readonly ChangeOutcome[];
}

export interface ChangeOutcome {
  readonly expected: ClaimedChange;
  readonly answer: ClaimAnswer;
  /** Null: the metric could not be compared, or the claim's levels were not. */
  readonly effect: StudyEffect | null;
}

export function judgeClaim(claim: StudyClaim, effects: readonly StudyEffect[]): ClaimOutcome {
  const changes = claim.expects.map((expected): ChangeOutcome => {
    const effect = effects.find((one) => isAbout(claim, one) && one.metric === expected.metric) ?? null;
    return { expected, effect, answer: effect === null ? "open" : answerOf(expected, effect) };
  });
  return { claim, changes };
}

function isAbout(claim: StudyClaim, { kind, factor, from, to }: StudyEffect): boolean {
  return kind === "main" && factor === claim.factor && from === claim.from && to === claim.to;
}

function answerOf({ direction, size }: ClaimedChange, { ci95, verdict }: StudyEffect): ClaimAnswer {
  if (direction === "unmoved") {
    if (verdict === "inconclusive") return "open";
    return verdict === "no_difference" ? "confirmed" : "contradicted";
  }
  if (verdict === "no_difference") return "contradicted";
  const [lo, hi] = ci95;
  const is_lower = hi < 0;
  const is_higher = lo > 0;
  if (!is_lower && !is_higher) return "open";
  if (is_lower !== (direction === "lower")) return "contradicted";
  if (size === null) return "confirmed";
  const [nearest, farthest] = is_lower ? [-hi, -lo] : [lo, hi];
  return farthest < size[0] || nearest > size[1] ? "wrong_size" : "confirmed";
}
