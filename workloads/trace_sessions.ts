// Sessions to replay from a trace of any format.
//
// Prompts are as recorded: each block of the file is a token stream of its own, so equal hash prefixes are equal token prefixes,
// the last block partial, lengths exact; where the format says nothing of contents, prompts share nothing. Turns are sent at
// their times. A later turn without a time (files of conversations, Mooncake's delay extension) is different: it follows its
// predecessor, and its prompt is the predecessor's, the answer that this run gave, and what is new.
//
// Which requests are a session's turns: as the file names them, else as shared prefixes tell (inspect/session_finder.ts).
// Times are the trace's own; the load source divides them by load.speedup. `length_divisor` d divides the block b, and lengths
// become ceil(n / d), which keeps the blocks: ceil(ceil(n / d) / (b / d)) = ceil(n / b).

import type { ConfigProblem } from "../harness/config/config_problem.ts";
import type { TraceConfig } from "../harness/config/workload_config.ts";
import { err, ok, type Result } from "../harness/domain/result.ts";
import type { PromptSpan, Session, Turn } from "../harness/domain/session.ts";
import { TraceFile } from "./import/trace_file.ts";
import { BlockTable } from "./inspect/block_table.ts";
import { SessionFinder } from "./inspect/session_finder.ts";
import { streamSeed } from "./stream_seeds.ts";
import type { TraceRequest } from "./trace/trace_request.ts";

export function readTraceSessions(config: TraceConfig, seed: number): Result<Session[], ConfigProblem[]> {
  const file = TraceFile.open({ ...config, path: config.trace, seed });
  if (!file.ok) return err(file.error.map((problem) => ofSetting(problem, config.trace)));
  const { block_tokens } = file.value;
  if (block_tokens !== null && block_tokens % config.length_divisor !== 0) {
    return err([indivisible(config.length_divisor, block_tokens)]);
  }
  const builder = new SessionBuilder(config, block_tokens, seed);
  const counts = file.value.read((request) => builder.add(request));
  if (!counts.ok) return err(counts.error.map((problem) => ofSetting(problem, config.trace)));
  return ok(builder.sessions());
}

/** Streams of a trace: its blocks by number from 0, then what has no block. */
const FIRST_OWN_STREAM = 2 ** 31;

interface Growing {
  readonly session_id: string;
  readonly turns: Turn[];
  /** Of the latest request, as in the file. */
  input_tokens: number;
  output_tokens: number;
}

class SessionBuilder {
  readonly #config: TraceConfig;
  readonly #block_tokens: number | null;
  readonly #seed: number;
  readonly #table = new BlockTable();
  readonly #finder: SessionFinder | null;
  readonly #sessions = new Map<string, Growing>();
  #requests = 0;
  #own_streams = 0;

  constructor(config: TraceConfig, block_tokens: number | null, seed: number) {
    this.#config = config;
    this.#block_tokens = block_tokens;
    this.#seed = seed;
    this.#finder = block_tokens === null ? null : new SessionFinder(block_tokens);
  }

  sessions(): Session[] {
    return [...this.#sessions.values()].map(({ session_id, turns }) => ({ session_id, turns }));
  }

  add(request: TraceRequest): void {
    const { at_ns, delay_ns, input_tokens, output_tokens, hash_ids } = request;
    const blocks = hash_ids?.map((hash_id) => this.#table.number(hash_id)) ?? null;
    this.#requests++;
    const session = this.#sessionOf(request, blocks);
    const follows = at_ns === null && session.turns.length > 0;
    session.turns.push({
      prompt: follows ? this.#continued(session, input_tokens) : this.#recorded(blocks, input_tokens),
      output_tokens: this.#shorter(output_tokens),
      think_ns: delay_ns ?? 0,
      at_ns,
    });
    session.input_tokens = input_tokens;
    session.output_tokens = output_tokens;
  }

  #sessionOf({ session_id, input_tokens }: TraceRequest, blocks: readonly number[] | null): Growing {
    const name = this.#nameOf(session_id, input_tokens, blocks);
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    const session = { session_id: name, turns: [], input_tokens: 0, output_tokens: 0 };
    this.#sessions.set(name, session);
    return session;
  }

  #nameOf(session_id: string | null, input_tokens: number, blocks: readonly number[] | null): string {
    if (session_id !== null) return session_id;
    if (this.#config.sessions === "rows" || blocks === null || this.#finder === null)
      return `r${this.#requests}`;
    return `s${this.#finder.place(blocks, input_tokens).session}`;
  }

  #recorded(blocks: readonly number[] | null, file_tokens: number): PromptSpan[] {
    const input_tokens = this.#shorter(file_tokens);
    if (blocks === null || this.#block_tokens === null) return [this.#ownText(input_tokens)];
    const block_tokens = this.#block_tokens / this.#config.length_divisor;
    return blocks.map((block, j) => ({
      kind: "seeded",
      seed: streamSeed(this.#seed, block),
      tokens: Math.min(block_tokens, input_tokens - j * block_tokens),
    }));
  }

  #continued({ turns, input_tokens, output_tokens }: Growing, file_tokens: number): PromptSpan[] {
    const new_tokens = Math.max(1, file_tokens - input_tokens - output_tokens);
    const turn_index = turns.length - 1;
    const history = turns[turn_index]?.prompt ?? [];
    return [...history, { kind: "answer", turn_index }, this.#ownText(this.#shorter(new_tokens))];
  }

  /** Text that no other prompt has. */
  #ownText(tokens: number): PromptSpan {
    const seed = streamSeed(this.#seed, FIRST_OWN_STREAM + this.#own_streams++);
    return { kind: "seeded", seed, tokens };
  }

  #shorter(tokens: number): number {
    return Math.ceil(tokens / this.#config.length_divisor);
  }
}

/** A problem of the whole file is one of the setting that names it. */
function ofSetting(problem: ConfigProblem, path: string): ConfigProblem {
  return problem.path === path ? { ...problem, path: "workload.trace" } : problem;
}

function indivisible(length_divisor: number, block_tokens: number): ConfigProblem {
  return {
    path: "workload.length_divisor",
    rule: `must divide the trace's block (${block_tokens} tokens)`,
    got: length_divisor,
    next_step: "Use a power of two up to the block.",
  };
}
