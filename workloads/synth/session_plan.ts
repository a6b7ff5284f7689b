// A session as a preset plans it: lengths, times and what its first prompt shares. Replayed it becomes a session whose later
// prompts quote the answers (plan_session.ts), written to a file it becomes requests with block ids (planned_trace.ts).

export interface SessionPlan {
  /** When its first turn is sent. Plans come in this order. */
  readonly at_ns: number;
  /** What the first prompt opens with and other sessions open with too. Equal keys (from 0, below 2^31) are equal tokens. */
  readonly shared: readonly SharedText[];
  /** At least one. */
  readonly turns: readonly PlannedTurn[];
  /** Sessions take their turns together: round k + 1 after round k of all, at equal times; else a turn follows its own by gap_ns. */
  readonly in_step: boolean;
}

export interface SharedText {
  readonly key: number;
  readonly tokens: number;
}

export interface PlannedTurn {
  /** Behind the shared text in turn 0, behind the history and the last answer in later ones. At least 1. */
  readonly new_tokens: number;
  readonly output_tokens: number;
  /** Since the previous turn was sent; 0 for the first. */
  readonly gap_ns: number;
}
