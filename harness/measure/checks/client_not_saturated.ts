// A client that falls behind reads its streams in lumps, and then stamps several token events with one time.

import type { ValidityCheck } from "../run_summary.ts";
import { fail, pass } from "./check_result.ts";

export interface ClientLoad {
  readonly arm: string;
  /** Events per socket read that carried any; 1 when every event came alone. Null: no event came. */
  readonly merge_ratio: number | null;
}

/** Above this every second read held two events; idle clients stay below 1.05, one at 56,000 events/s read 1.19. */
export const MERGE_RATIO_MAX = 1.5;

const NEXT_STEP =
  "Give the client more of the machine: --set load.num_clients=2 where cores are free, or a smaller load.concurrency or load.rate_per_s.";

export function checkClientNotSaturated(
  clients: readonly ClientLoad[],
  merge_ratio_max: number = MERGE_RATIO_MAX,
): ValidityCheck {
  const check = `the client reads at most ${merge_ratio_max} token events at once`;
  const saturated = clients.filter(
    ({ merge_ratio }) => merge_ratio === null || merge_ratio > merge_ratio_max,
  );
  return clients.length > 0 && saturated.length === 0
    ? pass(check, clients.map(describe).join(", "))
    : fail(check, clients.length === 0 ? ["no client was observed"] : saturated.map(describe), NEXT_STEP);
}

function describe({ arm, merge_ratio }: ClientLoad): string {
  return `${arm}: ${merge_ratio === null ? "no event came" : merge_ratio.toFixed(3)}`;
}
