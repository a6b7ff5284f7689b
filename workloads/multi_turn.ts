// Conversations of equal shape, as in vLLM's multi-turn benchmark: the first prompt opens with a prefix that all sessions
// share and one of the conversation's own; each later prompt is the whole history, answers included, and a new message.
//
//   turn 0   global prefix | conversation prefix | message 0          input_tokens in all
//   turn t   prompt t−1 | answer t−1 | message t                      message t: turn_input_tokens
//
// Tokens are functions of (seed, session index, turn), so the arms of a pair get the same ones and two pairs share none.

import type { MultiTurnConfig } from "../harness/config/workload_config.ts";
import { assert } from "../harness/domain/assert.ts";
import type { PromptSpan, Session, Turn } from "../harness/domain/session.ts";
import { msToNs } from "../harness/domain/units.ts";
import { streamSeed } from "./stream_seeds.ts";

export function generateMultiTurn(config: MultiTurnConfig, seed: number): Session[] {
  const { global_tokens, conversation_tokens, message_tokens } = firstPromptParts(config);
  const global_prefix = seeded(streamSeed(seed, 0), global_tokens);
  return Array.from({ length: config.sessions }, (_, session_index): Session => {
    // Streams of a session: its prefix, then one message a turn. Stream 0 is the global prefix.
    const first_stream = 1 + session_index * (config.turns + 1);
    const prefix = [...global_prefix, ...seeded(streamSeed(seed, first_stream), conversation_tokens)];
    const message = (turn_index: number): PromptSpan[] => {
      const tokens = turn_index === 0 ? message_tokens : config.turn_input_tokens;
      return seeded(streamSeed(seed, first_stream + 1 + turn_index), tokens);
    };
    return { session_id: `s${session_index}`, turns: conversationTurns(config, prefix, message) };
  });
}

interface FirstPromptParts {
  readonly global_tokens: number;
  readonly conversation_tokens: number;
  readonly message_tokens: number;
}

/** In all exactly input_tokens, however the ratios round. */
function firstPromptParts(config: MultiTurnConfig): FirstPromptParts {
  const { input_tokens, global_prefix_ratio, conversation_prefix_ratio } = config;
  assert(global_prefix_ratio + conversation_prefix_ratio <= 1 + 1e-9, "prefixes fit into the first prompt");
  const global_tokens = Math.round(input_tokens * global_prefix_ratio);
  const rest_tokens = input_tokens - global_tokens;
  const conversation_tokens = Math.min(rest_tokens, Math.round(input_tokens * conversation_prefix_ratio));
  return { global_tokens, conversation_tokens, message_tokens: rest_tokens - conversation_tokens };
}

function conversationTurns(
  config: MultiTurnConfig,
  prefix: readonly PromptSpan[],
  message: (turn_index: number) => readonly PromptSpan[],
): Turn[] {
  const turns: Turn[] = [];
  let history: readonly PromptSpan[] = prefix;
  for (let turn_index = 0; turn_index < config.turns; turn_index++) {
    const prompt = [...history, ...message(turn_index)];
    const think_ns = turn_index === 0 ? 0 : msToNs(config.delay_ms);
    turns.push({ prompt, output_tokens: config.output_tokens, think_ns, at_ns: null });
    history = [...prompt, { kind: "answer", turn_index }];
  }
  return turns;
}

/** No span where there are no tokens. */
function seeded(seed: number, tokens: number): PromptSpan[] {
  return tokens === 0 ? [] : [{ kind: "seeded", seed, tokens }];
}
