// A request while it is in the engine. Mutable and owned by the engine core; nothing of it leaves the core.

import { AnswerStream } from "./answer_stream.ts";
import type { Answer, EngineRequest } from "./engine_api.ts";
import { StageClock } from "./stage_clock.ts";

export type RequestPhase = "waiting" | "running" | "waiting_for_remote_kv" | "finished";

export type LookupState =
  | { readonly state: "unasked" }
  | { readonly state: "asked"; readonly job_id: number }
  | { readonly state: "answered"; readonly hit_blocks: number };

export interface Handoff {
  readonly boundary_tokens: number;
  readonly to_tokens: number;
}

export const UNASKED: LookupState = { state: "unasked" };

export class RequestState {
  // What every step looks at comes first, and so lies together.
  /** Tokens whose KV is in block_ids. */
  computed_tokens = 0;
  /** Tokens of the step under way; 0 when it is not part of it. */
  scheduled_tokens = 0;
  /** Answer tokens emitted. */
  output_tokens = 0;
  /** The request's. */
  readonly prompt_tokens: number;
  readonly max_tokens: number;
  /** Computed up to the boundary, the request loads from there; null: nothing is to be handed off. */
  handoff: Handoff | null = null;
  /** Aborted while the step under way computes it. */
  abort_at_step_end = false;
  readonly request: EngineRequest;

  readonly answer: Answer;
  readonly stages: StageClock;
  phase: RequestPhase = "waiting";
  lookup: LookupState = UNASKED;
  /** Blocks of the sequence in order, one reference each; empty until admitted. */
  block_ids: number[] = [];
  /** Leading prompt blocks that the store has, or was asked to take. */
  save_frontier_blocks = 0;
  /** Remote blocks that this request still has to release. */
  holds_remote: boolean;
  /** The load or pull it waits for has ended. */
  remote_done = false;
  /** What is being loaded or pulled is not wanted when it comes: the caches were reset meanwhile. */
  discard_remote = false;
  /** Preempted, or caught by a cache reset: its KV is computed again. */
  was_sent_back = false;
  lost_a_load = false;

  /** Links of the queue it is in; see request_queue.ts. */
  previous: RequestState | null = null;
  following: RequestState | null = null;

  constructor(request: EngineRequest, block_tokens: number, arrived_ns: number) {
    this.request = request;
    this.prompt_tokens = request.prompt_tokens;
    this.max_tokens = request.max_tokens;
    this.answer = request.answer ?? new AnswerStream(request, block_tokens);
    this.stages = new StageClock(arrived_ns);
    this.holds_remote = request.remote !== null;
  }

  /** Prompt and answer so far: what must be computed before the next token. */
  get known_tokens(): number {
    return this.prompt_tokens + this.output_tokens;
  }

  /** Tokens that may be computed before something else is decided. */
  get computable_tokens(): number {
    return (this.handoff?.boundary_tokens ?? this.known_tokens) - this.computed_tokens;
  }

  /** Forgets all computed KV and its blocks, which the caller releases. */
  resetComputed(): void {
    this.block_ids = [];
    this.computed_tokens = 0;
    this.lookup = UNASKED;
    this.handoff = null;
    this.save_frontier_blocks = 0;
    this.discard_remote = false;
    this.was_sent_back = true;
  }
}
