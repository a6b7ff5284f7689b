// What the parent and its load clients tell each other, as JSON over IPC. Times are CLOCK_MONOTONIC, which all processes of a
// machine share, so records of several clients are records of one run.

import type { LoadConfig } from "../../config/arm_config.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import type { Session } from "../../domain/session.ts";
import type { FloorPlan, LoadFloor } from "../floor/measure_floor.ts";
import type { HttpTarget } from "../http/http_target.ts";
import type { LoadProgress, LoadResult } from "../load_result.ts";
import type { ClientShare } from "../sources/client_share.ts";

export interface LoadJob {
  readonly load: LoadConfig;
  /** Of all clients: each takes its own of them. */
  readonly sessions: readonly Session[];
  readonly seed: number;
  readonly model: string;
  readonly arm: string;
  readonly pair_index: number;
}

export type ToClient =
  | {
      readonly kind: "load";
      readonly job: LoadJob;
      readonly share: ClientShare;
      readonly target: HttpTarget;
    }
  | { readonly kind: "start"; readonly starts_ns: number }
  | { readonly kind: "begin_phase" }
  | { readonly kind: "abort" }
  | { readonly kind: "hold_streams"; readonly plan: FloorPlan };

export type FromClient =
  | { readonly kind: "up" }
  /** The load's source and sessions are there: `start` may come. */
  | { readonly kind: "ready" }
  | {
      readonly kind: "records";
      readonly records: readonly RequestRecord[];
      readonly progress: LoadProgress;
    }
  | { readonly kind: "phase_ended"; readonly phase_index: number }
  | {
      readonly kind: "load_done";
      readonly result: LoadResult;
      /** User and system time of the process during the load. */
      readonly cpu_us: number;
      /** As load/floor/core_wait.ts. */
      readonly core_wait_ms: number | null;
    }
  | { readonly kind: "streams_done"; readonly floor: LoadFloor };

export type MessageOf<K extends FromClient["kind"]> = Extract<FromClient, { readonly kind: K }>;
