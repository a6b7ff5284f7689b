// Clients that send rounds in step and want one token each time: what is measured is prefill with a growing history. All
// clients send a round at the same time, so by then the round before has been served, or the engines are behind.

import { NS_PER_S } from "../../../harness/domain/units.ts";
import type { SessionPlan } from "../session_plan.ts";
import type { SessionPreset } from "./session_preset.ts";

const CLIENTS = 80;
const ROUNDS = 10;
const ROUND_TOKENS = 2_048;
const ROUND_S = 30;

export const PREFILL_ONLY_MULTITURN: SessionPreset = {
  name: "prefill_only_multiturn",
  summary: "80 clients × 10 rounds in step, 2,048 new tokens a round, output 1",
  source:
    "SGLang's HiCache benchmark (bench_multiturn.py: 80 clients, 10 rounds, 2,048 tokens, output 1; from memory, not looked up); 30 s a round is an assumption",
  *plans(): Generator<SessionPlan, never> {
    const turn = (turn_index: number) => ({
      new_tokens: ROUND_TOKENS,
      output_tokens: 1,
      gap_ns: turn_index === 0 ? 0 : ROUND_S * NS_PER_S,
    });
    for (let client = 0; ; client++) {
      const at_ns = Math.floor(client / CLIENTS) * ROUNDS * ROUND_S * NS_PER_S;
      const turns = Array.from({ length: ROUNDS }, (_, turn_index) => turn(turn_index));
      yield { at_ns, shared: [], turns, fixed_times: true };
    }
  },
};
