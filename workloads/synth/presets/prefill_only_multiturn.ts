// Clients that send rounds in step and want one token each time: what is measured is prefill with a growing history. In a closed
// loop no client starts a round before all have finished the one before; in a trace, all send a round at the same time.

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
    "SGLang's HiCache benchmark for a disaggregated prefill (bench_multiturn.py --num-clients 80 --num-rounds 10 --request-length 2048 --output-length 1 --enable-round-barrier); 30 s a round, where it has times, is an assumption",
  *plans(): Generator<SessionPlan, never> {
    const turn = (turn_index: number) => ({
      new_tokens: ROUND_TOKENS,
      output_tokens: 1,
      gap_ns: turn_index === 0 ? 0 : ROUND_S * NS_PER_S,
    });
    for (let client = 0; ; client++) {
      const at_ns = Math.floor(client / CLIENTS) * ROUNDS * ROUND_S * NS_PER_S;
      const turns = Array.from({ length: ROUNDS }, (_, turn_index) => turn(turn_index));
      yield { at_ns, shared: [], turns, in_step: true };
    }
  },
};
