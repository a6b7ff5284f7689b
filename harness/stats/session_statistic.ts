// Statistics of a run as functions of its sessions, so that a bootstrap can resample sessions (conversations): the
// requests of one session share a prefix and a place in the cache, and are not independent samples.

import { mean } from "./distribution.ts";
import { quantile, sortAscending } from "./quantile.ts";

/** Null: these sessions hold no sample. */
export type SessionStatistic<S> = (sessions: readonly S[]) => number | null;

/** A session's samples: one or more per request. */
export type SessionSamples = readonly number[];

/** A session's share of a ratio of sums. */
export interface SessionRatio {
  readonly numerator: number;
  readonly denominator: number;
}

export const meanOfSessions: SessionStatistic<SessionSamples> = (sessions) => {
  const samples = sessions.flat();
  return samples.length === 0 ? null : mean(samples);
};

export function quantileOfSessions(q: number): SessionStatistic<SessionSamples> {
  return (sessions) => {
    const samples = sessions.flat();
    return samples.length === 0 ? null : quantile(sortAscending(samples), q);
  };
}

export const ratioOfSessions: SessionStatistic<SessionRatio> = (sessions) => {
  let numerator = 0;
  let denominator = 0;
  for (const session of sessions) {
    numerator += session.numerator;
    denominator += session.denominator;
  }
  return denominator === 0 ? null : numerator / denominator;
};
