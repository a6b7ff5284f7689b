// A client that sends late measures itself. Closed loops too: a send later than its predecessor allowed is the client's doing.

import { isAvailable } from "../measured.ts";
import type { ArmSummary, ValidityCheck } from "../run_summary.ts";
import { fail, pass } from "./check_result.ts";

export function checkScheduleLag(
  arms: readonly ArmSummary[],
  schedule_lag_p99_ms_max: number,
): ValidityCheck {
  const check = `p99 schedule lag is at most ${schedule_lag_p99_ms_max} ms`;
  const worst = arms.map(({ name, metrics: { schedule_lag_ms: lag } }) =>
    isAvailable(lag)
      ? { ok: lag.p99 <= schedule_lag_p99_ms_max, text: `${name}: ${lag.p99.toFixed(3)} ms` }
      : { ok: false, text: `${name}: n/a (${lag.na})` },
  );
  const late = worst.filter((arm) => !arm.ok);
  return late.length === 0
    ? pass(check, worst.map((arm) => arm.text).join(", "))
    : fail(
        check,
        late.map((arm) => arm.text),
        "Quieten the machine, lower the load, or spread the client with --set load.num_clients=2 where cores are free.",
      );
}
