// An arm with no requests, or with fewer than the workload planned, says nothing about the workload. A session ends with a
// request that admission control refuses, so that the turns behind it are not due.

import type { ArmSummary, ValidityCheck } from "../run_summary.ts";
import { fail, pass } from "./check_result.ts";

export function checkArmsHaveRequests(arms: readonly ArmSummary[], planned_requests: number): ValidityCheck {
  const check = "every arm has all its requests";
  const short = arms.filter((arm) => arm.requests === arm.rejected || lacksRequests(arm, planned_requests));
  return arms.length > 0 && short.length === 0
    ? pass(check, `${arms.length} arms of ${planned_requests} planned requests or more`)
    : fail(
        check,
        [
          ...(arms.length === 0 ? ["no arm"] : []),
          ...short.map((arm) => `${arm.name}: ${arm.requests} of ${planned_requests} planned requests`),
        ],
        "Look for why requests were not sent: events.jsonl, and the first error of each session in requests.jsonl.",
      );
}

function lacksRequests({ requests, rejected, errors }: ArmSummary, planned_requests: number): boolean {
  return requests < planned_requests && (rejected === 0 || errors > 0);
}
