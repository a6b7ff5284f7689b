// One source a phase: the sessions of a phase start when all of the phase before have ended and whoever sends says so.

import { assert, present } from "../../domain/assert.ts";
import type { Session } from "../../domain/session.ts";
import type { LoadSource, ScheduledRequest, SourceState } from "./load_source.ts";

export class Phases implements LoadSource {
  readonly planned_requests: number;
  readonly #sources: readonly LoadSource[];
  #phase_index = 0;
  /** Of the phase under way; its source counts from 0. */
  #begun_ns = 0;

  /** At least one source; every phase has one of its own. */
  constructor(sources: readonly LoadSource[]) {
    assert(sources.length > 0, "a run has a phase");
    this.#sources = sources;
    this.planned_requests = sources.reduce((sum, source) => sum + source.planned_requests, 0);
  }

  next(now_ns: number): SourceState {
    const next = this.#source().next(now_ns - this.#begun_ns);
    switch (next.state) {
      case "send": {
        const { request } = next;
        return { state: "send", request: { ...request, intended_ns: request.intended_ns + this.#begun_ns } };
      }
      case "wait":
        return { state: "wait", until_ns: next.until_ns + this.#begun_ns };
      case "done":
        return this.#phase_index + 1 < this.#sources.length ? this.#barrier() : next;
      default:
        return next;
    }
  }

  finished(request: ScheduledRequest, now_ns: number, failed: boolean): void {
    this.#source().finished(request, now_ns - this.#begun_ns, failed);
  }

  #barrier(): SourceState {
    const phase_index = this.#phase_index;
    const begin = (now_ns: number): void => {
      assert(this.#phase_index === phase_index, "a phase begins once");
      this.#phase_index++;
      this.#begun_ns = now_ns;
    };
    return { state: "barrier", phase_index, begin };
  }

  #source(): LoadSource {
    return present(this.#sources[this.#phase_index], "the phase under way has a source");
  }
}

/** Sessions of each phase, phase 0 first. */
export function sessionsByPhase(sessions: readonly Session[]): Session[][] {
  const phases: Session[][] = [];
  for (const session of sessions) {
    const phase_index = session.phase_index ?? 0;
    while (phases.length <= phase_index) phases.push([]);
    phases[phase_index]?.push(session);
  }
  return phases;
}
