// What the load client cost on this machine, just before a run, against a null server in another process: a result that is
// near these figures says something of the client. Figures of a machine that others keep busy are worse than its floor.

import { na } from "./measured.ts";
import type { Measured, NotAvailable } from "./run_summary.ts";

export interface MachineFloor {
  /** Processes that made events_per_s together; absent: the one that runs the load. */
  readonly clients?: number;
  /** Of one stream alone, answered at once. */
  readonly ttft_ms_p50: number;
  /** Of one stream alone, whose events are written one by one without a pause. */
  readonly itl_ms_p50: Measured;
  /** How many at once made the next two figures. */
  readonly streams: number;
  /** SSE events, first to last. */
  readonly events_per_s: number;
  /** CPU time of the client, parsing included, ÷ events. */
  readonly cpu_us_per_event: number;
  readonly schedule_lag: {
    /** Open loop, constant gaps, through the interpreter that the run uses. */
    readonly rate_per_s: number;
    readonly schedule_lag_ms_p50: number;
    readonly schedule_lag_ms_p99: number;
  };
  /** What measuring took. */
  readonly elapsed_ms: number;
}

export const NO_FLOOR_IN_SIM: NotAvailable = na("the simulator has no load client");
/** In place of a manifest's floor that is absent. */
export const FLOOR_NOT_MEASURED: NotAvailable = na("it was not measured");
