// Rollouts of reinforcement learning with new weights between the cycles. Every cycle samples the same prompts, so whatever
// KV an earlier cycle left is of old weights and wrong to use: a system that forgets to drop it reads stale blocks here.
//
//   turn 0   system prompt | prompt g                 prompt_tokens in all; shared by the samples of the prompt, as in GRPO
//   turn t   turn t−1 | answer t−1 | tool message     turn_input_tokens, different for every sample and cycle
//
// Sample k of every prompt is sent before sample k + 1 of any, so a prompt comes back when others have used the engine's
// blocks. An answer here depends on its prompt alone: samples of a group differ from their first tool message on.

import type { RlRolloutConfig } from "../harness/config/workload_config.ts";
import type { PromptSpan, Session, Turn } from "../harness/domain/session.ts";
import { msToNs } from "../harness/domain/units.ts";
import { streamSeed } from "./stream_seeds.ts";

export function generateRlRollout(config: RlRolloutConfig, seed: number): Session[] {
  const sessions: Session[] = [];
  for (let cycle = 0; cycle < config.cycles; cycle++) {
    for (let sample = 0; sample < config.samples_per_prompt; sample++) {
      for (let prompt = 0; prompt < config.prompts; prompt++) {
        sessions.push({
          session_id: `c${cycle}-k${sample}-p${prompt}`,
          phase_index: cycle,
          turns: rolloutTurns(config, seed, sessions.length, promptSpans(config, seed, prompt)),
        });
      }
    }
  }
  return sessions;
}

/** Stream 0 is the system prompt, streams 1 … prompts are the prompts. */
function promptSpans(config: RlRolloutConfig, seed: number, prompt: number): PromptSpan[] {
  const system_tokens = Math.round(config.prompt_tokens * config.system_prompt_ratio);
  return [
    ...seeded(streamSeed(seed, 0), system_tokens),
    ...seeded(streamSeed(seed, 1 + prompt), config.prompt_tokens - system_tokens),
  ];
}

function rolloutTurns(
  config: RlRolloutConfig,
  seed: number,
  rollout: number,
  prompt: readonly PromptSpan[],
): Turn[] {
  const first_stream = 1 + config.prompts + rollout * config.turns;
  const turns: Turn[] = [];
  let history = prompt;
  for (let turn_index = 0; turn_index < config.turns; turn_index++) {
    const think_ns = turn_index === 0 ? 0 : msToNs(config.delay_ms);
    turns.push({ prompt: history, output_tokens: config.output_tokens, think_ns, at_ns: null });
    const message = seeded(streamSeed(seed, first_stream + turn_index), config.turn_input_tokens);
    history = [...history, { kind: "answer", turn_index }, ...message];
  }
  return turns;
}

/** No span where there are no tokens. */
function seeded(seed: number, tokens: number): PromptSpan[] {
  return tokens === 0 ? [] : [{ kind: "seeded", seed, tokens }];
}
