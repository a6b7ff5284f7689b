// A sign of a client at its limit: token events that came in the same socket read as one before them had waited there.

export interface TokenReads {
  readonly token_events: number;
  readonly token_reads: number;
}

/** Token events per socket read; 1 when each came alone. Null before the first. */
export function mergeRatio({ token_events, token_reads }: TokenReads): number | null {
  return token_reads === 0 ? null : token_events / token_reads;
}
