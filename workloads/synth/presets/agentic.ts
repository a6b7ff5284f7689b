// Agents that call tools in a loop: 20K tokens of instructions and tool descriptions that all agents share, a task of 10K, then
// a tool's output of 2,048 tokens every turn, 900 tokens answered, 30 turns.

import { NS_PER_S } from "../../../harness/domain/units.ts";
import type { SessionPlan } from "../session_plan.ts";
import type { SessionPreset } from "./session_preset.ts";

const COMMON = { key: 0, tokens: 20_000 };
const FIRST_TOKENS = 10_000;
const TURN_TOKENS = 2_048;
const ANSWER_TOKENS = 900;
const TURNS = 30;
/** An agent starts every so often; a tool takes about so long. */
const START_S = 20;
const TOOL_S = 8;

export const AGENTIC: SessionPreset = {
  name: "agentic",
  summary: "agents with tools: 20K shared + 10K task + 2,048 a turn, 900 answered, 30 turns",
  source:
    "lengths and turns as in the project's statement; starts (20 s) and tool times (8 s, exponential) are assumptions",
  *plans(random): Generator<SessionPlan, never> {
    let at_ns = 0;
    for (;;) {
      at_ns += Math.round(random.exponential(START_S * NS_PER_S));
      const turns = Array.from({ length: TURNS }, (_, turn_index) => ({
        new_tokens: turn_index === 0 ? FIRST_TOKENS : TURN_TOKENS,
        output_tokens: ANSWER_TOKENS,
        gap_ns: turn_index === 0 ? 0 : Math.round(random.exponential(TOOL_S * NS_PER_S)),
      }));
      yield { at_ns, shared: [COMMON], turns, in_step: false };
    }
  },
};
