// An open loop that sends less than the rate asked for is another experiment.

import type { RequestRecord } from "../../domain/request_record.ts";
import { NS_PER_S } from "../../domain/units.ts";
import type { ValidityCheck } from "../run_summary.ts";
import { fail, pass } from "./check_result.ts";

/** Requests per second from the first send to the last, as intended and as sent. */
export interface OfferedLoad {
  readonly arm: string;
  readonly wanted_per_s: number;
  readonly sent_per_s: number;
}

export const OFFERED_LOAD_RATIO_MIN = 0.95;

/** Of one run. Null: fewer than two requests, or all intended at once, have no rate. */
export function offeredLoad(arm: string, records: readonly RequestRecord[]): OfferedLoad | null {
  const wanted_ns = spanOf(records.map((record) => record.intended_ns));
  const sent_ns = spanOf(records.map((record) => record.sent_ns));
  if (wanted_ns === 0 || sent_ns === 0) return null;
  const gaps = records.length - 1;
  return { arm, wanted_per_s: (gaps * NS_PER_S) / wanted_ns, sent_per_s: (gaps * NS_PER_S) / sent_ns };
}

const NEXT_STEP =
  "Lower load.rate_per_s (or load.speedup), or spread the client with --set load.num_clients=2 where cores are free.";

/** `loads`: of open loops; in a closed loop the system sets the rate. */
export function checkOfferedLoad(loads: readonly OfferedLoad[]): ValidityCheck {
  const check = `offered load reaches ${OFFERED_LOAD_RATIO_MIN * 100} % of the rate asked for`;
  const low = loads.filter((load) => load.sent_per_s < OFFERED_LOAD_RATIO_MIN * load.wanted_per_s);
  return low.length === 0
    ? pass(check, loads.map(describe).join(", ") || "closed loop: the system sets the rate")
    : fail(check, low.map(describe), NEXT_STEP);
}

function spanOf(times_ns: readonly number[]): number {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time_ns of times_ns) {
    first = Math.min(first, time_ns);
    last = Math.max(last, time_ns);
  }
  return Math.max(0, last - first);
}

function describe(load: OfferedLoad): string {
  return `${load.arm}: ${load.sent_per_s.toFixed(2)} of ${load.wanted_per_s.toFixed(2)} requests/s`;
}
