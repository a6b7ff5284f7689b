// A comparison of two arms is one of the declared factor only if nothing else differs between their configurations.

import type { ConfigDifference } from "../manifest.ts";
import type { ValidityCheck } from "../run_summary.ts";
import { fail, pass } from "./check_result.ts";

/** `declared_paths`: what the factor may change; a path covers everything below it. */
export function checkOnlyFactorDiffers(
  differences: readonly ConfigDifference[],
  declared_paths: readonly string[],
): ValidityCheck {
  const check = "arms differ only in the declared factor";
  const undeclared = differences.filter(
    ({ path }) => !declared_paths.some((declared) => path === declared || path.startsWith(`${declared}.`)),
  );
  return undeclared.length === 0
    ? pass(check, differences.map(describeDifference).join(", ") || "the arms are equal")
    : fail(
        check,
        undeclared.map(describeDifference),
        "Set these for all arms with --set, or name them as the factor with --ab.",
      );
}

function describeDifference({ path, values }: ConfigDifference): string {
  return `${path}: ${values.map((value) => JSON.stringify(value) ?? "absent").join(" | ")}`;
}
