// What went wrong while the run was measured, by arm.

import type { RunSummary } from "../../harness/measure/run_summary.ts";

export function faultLines({ arms }: RunSummary): string[] {
  return arms.flatMap((arm) => arm.faults.map((fault) => `${arm.name}: ${fault}`));
}
