// When requests are sent: the contract between an arrival model and whoever sends (live interpreter or simulator).
// Sources are pure: time enters through now_ns, which counts from the start of the run; randomness through a seeded PRNG.

import type { Turn } from "../../domain/session.ts";

/** A turn of the workload: indices into a source's sessions and into the session's turns. */
export interface TurnRef {
  readonly session_index: number;
  readonly turn_index: number;
}

export interface ScheduledRequest extends TurnRef {
  /** `<session_id>/<turn_index>` */
  readonly request_id: string;
  readonly session_id: string;
  readonly turn: Turn;
  /** Of its session. */
  readonly turn_count: number;
  /** When it should be sent. */
  readonly intended_ns: number;
}

export type SourceState =
  | { readonly state: "send"; readonly request: ScheduledRequest }
  /** Nothing is due before then. */
  | { readonly state: "wait"; readonly until_ns: number }
  /** Nothing is due before some running request finishes. */
  | { readonly state: "blocked" }
  /** A phase has ended; the next begins at the time that `begin` is told. */
  | { readonly state: "barrier"; readonly phase_index: number; readonly begin: (now_ns: number) => void }
  | { readonly state: "done" };

export interface LoadSource {
  /** Call until it answers something else than "send". */
  next(now_ns: number): SourceState;
  /** A failed request ends its session: its later turns are not sent, and the caller counts them. */
  finished(request: ScheduledRequest, now_ns: number, failed: boolean): void;
  readonly planned_requests: number;
}
