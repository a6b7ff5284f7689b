// Replay of a Mooncake JSONL trace (FAST'25 release): one request a line,
//   {"timestamp": ms, "input_length": tokens, "output_length": tokens, "hash_ids": [ceil(input_length / 512)]}
// Each hash id names a block of 512 tokens: here a stream of its own, so equal hash prefixes are equal token prefixes. The
// last block is partial, so that lengths are exact. Every line is a session of one turn: the trace does not say who spoke,
// and a quoted answer is already among the hashes of a later line.
//
// at_ns is the trace's own time; the load source divides it by load.speedup. Reading ends at `limit`. `length_divisor` d
// divides hash_block_tokens b, and lengths become ceil(n / d), which keeps the blocks: ceil(ceil(n / d) / (b / d)) = ceil(n / b).

import type { ConfigProblem } from "../harness/config/config_problem.ts";
import type { MooncakeTraceConfig } from "../harness/config/workload_config.ts";
import { assert } from "../harness/domain/assert.ts";
import { err, ok, type Result } from "../harness/domain/result.ts";
import type { PromptSpan, Session } from "../harness/domain/session.ts";
import { msToNs } from "../harness/domain/units.ts";
import { type MooncakeRow, parseMooncakeRow } from "./mooncake_row.ts";
import { streamSeed } from "./stream_seeds.ts";
import { textLines } from "./text_lines.ts";

/** After so many wrong lines a file is taken for another format and reading stops. */
const MAX_PROBLEMS = 20;

export function readMooncakeTrace(
  config: MooncakeTraceConfig,
  seed: number,
): Result<Session[], ConfigProblem[]> {
  const block_tokens = config.hash_block_tokens / config.length_divisor;
  assert(Number.isInteger(block_tokens), "length_divisor divides hash_block_tokens");
  const sessions: Session[] = [];
  const problems: ConfigProblem[] = [];
  try {
    for (const { line_number, text } of textLines(config.trace)) {
      if (sessions.length === config.limit || problems.length >= MAX_PROBLEMS) break;
      if (text.trim() === "") continue;
      const row = parseMooncakeRow(text, config.hash_block_tokens, `${config.trace}:${line_number}`);
      if (!row.ok) problems.push(...row.error);
      else sessions.push(toSession(row.value, `r${line_number}`, config, seed));
    }
  } catch (error) {
    return err([unreadable(config.trace, error)]);
  }
  if (sessions.length === 0 && problems.length === 0) problems.push(emptyTrace(config.trace));
  return problems.length > 0 ? err(problems) : ok(sessions);
}

function toSession(row: MooncakeRow, session_id: string, config: MooncakeTraceConfig, seed: number): Session {
  const { length_divisor } = config;
  const block_tokens = config.hash_block_tokens / length_divisor;
  const input_tokens = Math.ceil(row.input_tokens / length_divisor);
  const prompt = row.hash_ids.map((hash_id, block_index): PromptSpan => {
    const tokens = Math.min(block_tokens, input_tokens - block_index * block_tokens);
    return { kind: "seeded", seed: streamSeed(seed, hash_id), tokens };
  });
  const output_tokens = Math.ceil(row.output_tokens / length_divisor);
  return { session_id, turns: [{ prompt, output_tokens, think_ns: 0, at_ns: msToNs(row.timestamp_ms) }] };
}

function unreadable(path: string, error: unknown): ConfigProblem {
  const why = error instanceof Error ? error.message : String(error);
  return {
    path: "workload.trace",
    rule: `must be a readable file (${why})`,
    got: path,
    next_step: "Name a JSONL trace.",
  };
}

function emptyTrace(path: string): ConfigProblem {
  return {
    path: "workload.trace",
    rule: "must hold at least one request",
    got: path,
    next_step: "Name another trace.",
  };
}
