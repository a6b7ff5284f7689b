// Chat sessions with Poisson starts: an opening that many share, a first message, and turns with pauses between them. What
// conversation_like and toolagent_like have in common.

import type { Random } from "../../../harness/clock/random.ts";
import { NS_PER_S } from "../../../harness/domain/units.ts";
import { drawLength, happens } from "../draw_length.ts";
import type { PlannedTurn, SessionPlan } from "../session_plan.ts";
import { ZipfTable } from "../zipf_table.ts";

export interface ChatParameters {
  readonly sessions_per_s: number;
  /** [openings]: their tokens, most used first. */
  readonly opening_tokens: readonly number[];
  /** Exponent of the openings' popularity. */
  readonly opening_skew: number;
  /** Lognormal: mean and sigma of the logarithm. */
  readonly first: Lognormal;
  readonly later: Lognormal;
  readonly answer: Lognormal;
  readonly pause_s: Lognormal;
  /** Probability of a second turn, and of one more after each later one. */
  readonly second_turn: number;
  readonly more_turns: number;
  readonly max_tokens: number;
}

interface Lognormal {
  readonly mean: number;
  readonly sigma: number;
}

export function* chatSessions(random: Random, chat: ChatParameters): Generator<SessionPlan, never> {
  const openings = new ZipfTable(chat.opening_tokens.length, chat.opening_skew);
  let at_ns = 0;
  for (;;) {
    at_ns += Math.round(random.exponential(NS_PER_S / chat.sessions_per_s));
    const key = openings.draw(random);
    const tokens = chat.opening_tokens[key] ?? 0;
    yield { at_ns, shared: [{ key, tokens }], turns: drawTurns(random, chat), in_step: false };
  }
}

function drawTurns(random: Random, chat: ChatParameters): PlannedTurn[] {
  const draw = ({ mean, sigma }: Lognormal, max: number): number => drawLength(random, mean, sigma, max);
  const answer = (): number => draw(chat.answer, 2000);
  const turns = [{ new_tokens: draw(chat.first, chat.max_tokens), output_tokens: answer(), gap_ns: 0 }];
  let tokens = turns[0]?.new_tokens ?? 0;
  let goes_on = happens(random, chat.second_turn);
  while (goes_on) {
    const new_tokens = draw(chat.later, chat.max_tokens);
    tokens += new_tokens;
    if (tokens > chat.max_tokens) break;
    const gap_ns = draw(chat.pause_s, 3600) * NS_PER_S;
    turns.push({ new_tokens, output_tokens: answer(), gap_ns });
    goes_on = happens(random, chat.more_turns);
  }
  return turns;
}
