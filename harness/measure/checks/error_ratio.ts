// Failed requests leave the latencies, so an arm that fails its slow requests looks fast.

import type { ArmSummary, ValidityCheck } from "../run_summary.ts";
import { fail, pass, percent } from "./check_result.ts";

export function checkErrorRatio(arms: readonly ArmSummary[], error_ratio_max: number): ValidityCheck {
  const check = `errors are at most ${error_ratio_max * 100} % of an arm's requests`;
  const failing = arms.filter((arm) => arm.errors > error_ratio_max * arm.requests);
  const worst = Math.max(0, ...arms.map((arm) => (arm.requests === 0 ? 0 : arm.errors / arm.requests)));
  return failing.length === 0
    ? pass(check, `at most ${percent(worst)}`)
    : fail(
        check,
        failing.map((arm) => `${arm.name}: ${arm.errors} of ${arm.requests}`),
        "Read the error field of requests.jsonl and the logs of the processes it names.",
      );
}
