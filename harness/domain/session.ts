// What a workload is made of: sessions of turns.
//
// A prompt is a list of spans, so that a million-token history is a few numbers: equal span prefixes expand to equal
// token prefixes, in the live client and in the simulator alike.

export type PromptSpan =
  /** The first `tokens` tokens of the stream that `seed` generates. */
  | { readonly kind: "seeded"; readonly seed: number; readonly tokens: number }
  /** What the model answered in an earlier turn of the same session. */
  | { readonly kind: "answer"; readonly turn_index: number };

export interface Turn {
  /** Whole prompt of this turn, history included. */
  readonly prompt: readonly PromptSpan[];
  readonly output_tokens: number;
  /** Pause after the previous turn's last token (closed loop); 0 for the first. */
  readonly think_ns: number;
  /** Fixed send time after the start of the run (open loop); null when the turn waits for its predecessor. */
  readonly at_ns: number | null;
}

export interface Session {
  readonly session_id: string;
  /** Sessions of a phase start when all of the phase before have ended, and the weights have changed; absent: 0. */
  readonly phase_index?: number;
  /** In a closed loop, sessions in step wait for each other: no turn t + 1 before turn t of all has ended; absent: on its own. */
  readonly in_step?: boolean;
  readonly turns: readonly Turn[];
}
