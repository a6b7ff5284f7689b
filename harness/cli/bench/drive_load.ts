// A live load, by one client inside this process or by several processes: the same sessions, times and records.

import type { DataPlane } from "../../../native/ffi/data_plane.ts";
import type { Clock } from "../../clock/clock.ts";
import { Random } from "../../clock/random.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { LoadJob } from "../../load/clients/client_messages.ts";
import type { LoadClients } from "../../load/clients/load_clients.ts";
import type { HttpTarget } from "../../load/http/http_target.ts";
import { PREPARE_NS, runLoad } from "../../load/interpreter.ts";
import type { LoadProgress, LoadResult } from "../../load/load_result.ts";
import { createSource } from "../../load/sources/create_source.ts";
import { planePacer } from "./plane_pacer.ts";

export interface LoadHost {
  readonly clock: Clock;
  readonly plane: DataPlane;
  /** Null: the load is driven from this process. */
  readonly clients: LoadClients | null;
}

export interface DriveOptions {
  readonly job: LoadJob;
  readonly target: HttpTarget;
  /** When the load's time 0 is, as soon as it is known. */
  readonly onStart: (starts_ns: number) => void;
  readonly onRecord: (record: RequestRecord) => void;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly onPhaseEnd: (phase_index: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** The error is worded for the user: a client process ended. */
export async function driveLoad(
  { clock, plane, clients }: LoadHost,
  { job, target, onStart, ...hooks }: DriveOptions,
): Promise<Result<LoadResult, string>> {
  if (clients !== null) {
    const targets = Array.from({ length: clients.count }, () => target);
    const driven = await clients.load({ job, targets, onStart, ...hooks });
    return driven.ok ? ok(driven.value.merged) : err(driven.error.detail);
  }
  const { load, sessions, seed, model, arm, pair_index } = job;
  const starts_ns = clock.now_ns() + PREPARE_NS;
  onStart(starts_ns);
  const result = await runLoad({
    source: createSource(load, sessions, new Random(seed)),
    ...{ target, model, arm, pair_index, clock },
    wording: load,
    request_timeout_ms: load.request_timeout_ms,
    pacer: planePacer(plane),
    starts_ns,
    ...hooks,
  });
  return ok(result);
}
