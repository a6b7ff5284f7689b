// A planned session as one to replay: later prompts are the history, the answers that this run gives, and what is new.

import type { PromptSpan, Session, Turn } from "../../harness/domain/session.ts";
import { streamSeed } from "../stream_seeds.ts";
import type { SessionPlan } from "./session_plan.ts";

/** Streams of a workload: shared texts by key from 0, then what belongs to one session, numbered through. */
const FIRST_OWN_STREAM = 2 ** 31;
const TURNS_PER_SESSION = 1024;

export interface PlanScale {
  /** d makes ceil(n / d) of a length n. */
  readonly length_divisor: number;
  readonly time_divisor: number;
}

export function planSession(plan: SessionPlan, index: number, seed: number, scale: PlanScale): Session {
  const shorter = (tokens: number): number => Math.ceil(tokens / scale.length_divisor);
  const sooner = (ns: number): number => Math.round(ns / scale.time_divisor);
  const turns: Turn[] = [];
  let at_ns = plan.at_ns;
  let history: PromptSpan[] = plan.shared.map(({ key, tokens }) => ({
    kind: "seeded",
    seed: streamSeed(seed, key),
    tokens: shorter(tokens),
  }));
  plan.turns.forEach((turn, turn_index) => {
    const stream = FIRST_OWN_STREAM + ((index * TURNS_PER_SESSION + turn_index) % FIRST_OWN_STREAM);
    const message = { seed: streamSeed(seed, stream), tokens: shorter(turn.new_tokens) };
    const prompt: PromptSpan[] = [...history, { kind: "seeded", ...message }];
    at_ns += turn.gap_ns;
    turns.push({
      prompt,
      output_tokens: shorter(turn.output_tokens),
      think_ns: plan.in_step ? 0 : sooner(turn.gap_ns),
      at_ns: turn_index === 0 || plan.in_step ? sooner(at_ns) : null,
    });
    history = [...prompt, { kind: "answer", turn_index }];
  });
  return { session_id: `s${index}`, in_step: plan.in_step, turns };
}
