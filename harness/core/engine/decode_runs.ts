// Runs of steps in which every running request decodes one token and nothing else can change: no request ends before the
// last step, none can join, blocks suffice. Such a run goes out as one step effect, so that a driver on virtual time pays for
// it once; an event that comes in the middle ends the steps that are over by then and leaves the one under way.
//
// What a run does is what its steps do one by one, in the same order, with the same blocks at the same times: planning a
// step takes the blocks it fills, so all of that happens as steps end, never ahead.

import type { ComputeModel } from "./compute_model.ts";
import type { BlockFill, EngineRequest } from "./engine_api.ts";
import type { EngineContext } from "./engine_context.ts";
import type { RequestState } from "./request_state.ts";
import type { StepPlan } from "./step_plan.ts";

/** Runs get twice as long while nothing cuts them off, and half as long when something does: what is cut off was reckoned in vain. */
const SHORTEST_RUN_STEPS = 64;
const LONGEST_RUN_STEPS = 1024;

/** Step i ends at ends_ns[i], where the next begins: [steps], ascending. */
export interface DecodeRun {
  readonly started_ns: number;
  readonly ends_ns: readonly number[];
}

/** What is left of a run that is cut off. */
export interface StepUnderWay {
  readonly started_ns: number;
  readonly end_ns: number;
}

export class DecodeRuns {
  readonly #ctx: EngineContext;
  readonly #compute: ComputeModel;
  /** Of the next run. */
  #longest_steps = SHORTEST_RUN_STEPS;

  constructor(ctx: EngineContext, compute: ComputeModel) {
    this.#ctx = ctx;
    this.#compute = compute;
  }

  /** The run that begins with the step just planned; null when the step behind it may be another kind. */
  start(plan: StepPlan, now_ns: number): DecodeRun | null {
    const steps = this.#stepsThatFit(plan);
    if (steps < 2) return null;
    const ends_ns = this.#compute.decodeEnds(plan, plan.requests.length, steps, now_ns);
    return { started_ns: now_ns, ends_ns };
  }

  /**
   * Tells of all steps and ends all but the last, which ends as any step does: whoever has all tokens finishes with it. Its
   * bytes exist.
   */
  end({ ends_ns }: DecodeRun, plan: StepPlan): void {
    this.#longest_steps = Math.min(LONGEST_RUN_STEPS, 2 * this.#longest_steps);
    const fills = this.#endSteps(ends_ns, plan, ends_ns.length - 1);
    takeAll(plan.fills, fills);
    this.#tell(requestsOf(plan), ends_ns, fills);
  }

  /** Tells of the tokens of a step that is no run, and is just ending. */
  tellStep({ requests }: StepPlan, now_ns: number): void {
    const told: EngineRequest[] = [];
    for (const state of requests) if (getsToken(state)) told.push(state.request);
    if (told.length > 0) this.#tell(told, [now_ns], NO_FILLS);
  }

  /** Ends the steps that are over at `now_ns`; the plan is then about the one under way. */
  endPastSteps({ started_ns, ends_ns }: DecodeRun, plan: StepPlan, now_ns: number): StepUnderWay {
    this.#longest_steps = Math.max(SHORTEST_RUN_STEPS, this.#longest_steps >> 1);
    let ended = 0;
    while (ended < ends_ns.length - 1 && (ends_ns[ended] as number) <= now_ns) ended++;
    const end_ns = ends_ns[ended] as number;
    if (ended === 0) return { started_ns, end_ns };
    const fills = this.#endSteps(ends_ns, plan, ended);
    this.#tell(requestsOf(plan), ends_ns.slice(0, ended), fills);
    return { started_ns: ends_ns[ended - 1] as number, end_ns };
  }

  #tell(requests: readonly EngineRequest[], ends_ns: readonly number[], fills: readonly BlockFill[]): void {
    const { effects, weights_version } = this.#ctx;
    effects.push({ type: "decoded", requests, ends_ns, fills, weights_version });
  }

  /** Returns what the steps filled. The step behind them is the one that the plan is then about. */
  #endSteps(ends_ns: readonly number[], plan: StepPlan, steps: number): BlockFill[] {
    const { counters } = this.#ctx;
    const fills: BlockFill[] = [];
    let left = steps;
    while (left > 0) {
      takeAll(plan.fills, fills);
      const plain_steps = Math.min(left, this.#plainSteps(plan.requests));
      if (plain_steps > 0) advance(plan, plain_steps);
      else this.#nextStep(plan);
      left -= Math.max(1, plain_steps);
    }
    counters.generation_tokens += steps * plan.requests.length;
    counters.steps += steps;
    counters.busy_ns += (ends_ns[steps] as number) - (ends_ns[0] as number);
    return fills;
  }

  /** Steps from here on in which no request begins or fills a block. */
  #plainSteps(requests: readonly RequestState[]): number {
    const { block_tokens } = this.#ctx.config;
    let steps = Number.POSITIVE_INFINITY;
    for (const { computed_tokens } of requests) {
      steps = Math.min(steps, block_tokens - 2 - (computed_tokens % block_tokens));
    }
    return steps;
  }

  #nextStep(plan: StepPlan): void {
    const { pool, config } = this.#ctx;
    const { block_tokens } = config;
    advance(plan, 1);
    for (const request of plan.requests) {
      const position = request.computed_tokens;
      const at = position % block_tokens;
      if (at === 0) request.block_ids.push(pool.allocate());
      if (at === block_tokens - 1) plan.fill(request, (position - at) / block_tokens, pool);
    }
  }

  #stepsThatFit({ requests }: StepPlan): number {
    const { queues } = this.#ctx;
    if (requests.length < queues.running.length) return 1;
    let steps = this.#longest_steps;
    for (const { output_tokens, scheduled_tokens, max_tokens } of requests) {
      if (output_tokens === 0 || scheduled_tokens !== 1) return 1;
      steps = Math.min(steps, max_tokens - output_tokens);
    }
    steps = Math.min(steps, this.#stepsBeforeSomebodyJoins(requests));
    while (steps > 1 && this.#blocksLacked(requests, steps) > this.#ctx.pool.free_blocks) steps >>= 1;
    return steps;
  }

  /**
   * Those who wait have been looked at for the plan, unless the batch is full or a load that held the plan up has ended since.
   * Who waits for the store's answer joins with an event, which mostly comes before the step ends. Who found no blocks finds
   * none before another block is cached: free ones only get fewer.
   */
  #stepsBeforeSomebodyJoins(requests: readonly RequestState[]): number {
    const { queues, config } = this.#ctx;
    if (queues.promotes_next) return 1;
    if (queues.running.length >= config.max_num_seqs) return LONGEST_RUN_STEPS;
    const { first } = queues.waiting;
    if (first === null) return LONGEST_RUN_STEPS;
    return first.lookup.state === "answered" ? this.#stepsBeforeNextFill(requests) : 1;
  }

  /** The step just planned may fill a block; the first after it that does ends the run before it is planned. */
  #stepsBeforeNextFill(requests: readonly RequestState[]): number {
    const { block_tokens } = this.#ctx.config;
    let steps = LONGEST_RUN_STEPS;
    for (const { computed_tokens } of requests) {
      const left = block_tokens - 1 - (computed_tokens % block_tokens);
      steps = Math.min(steps, left === 0 ? block_tokens : left);
    }
    return steps;
  }

  /** Who decodes has a block for the token of the step just planned and none behind it. */
  #blocksLacked(requests: readonly RequestState[], steps: number): number {
    const { block_tokens } = this.#ctx.config;
    let lacked = 0;
    for (const { computed_tokens } of requests) {
      lacked += Math.floor(((computed_tokens % block_tokens) + steps - 1) / block_tokens);
    }
    return lacked;
  }
}

const NO_FILLS: readonly BlockFill[] = [];

function requestsOf({ requests }: StepPlan): EngineRequest[] {
  const told = new Array<EngineRequest>(requests.length);
  for (let i = 0; i < told.length; i++) told[i] = (requests[i] as RequestState).request;
  return told;
}

/** The step that is just ending makes its next token. */
function getsToken(request: RequestState): boolean {
  const { computed_tokens, scheduled_tokens, known_tokens, abort_at_step_end } = request;
  return computed_tokens + scheduled_tokens >= known_tokens && !abort_at_step_end;
}

/** Each request's next `steps` tokens. */
function advance(plan: StepPlan, steps: number): void {
  const { requests } = plan;
  for (const request of requests) {
    request.output_tokens += steps;
    request.computed_tokens += steps;
  }
  // Each request's next token attends to, and reads, one more than its last.
  plan.attended_tokens += requests.length * steps;
  plan.kv_tokens += requests.length * steps;
}

function takeAll(fills: BlockFill[], taken: BlockFill[]): void {
  if (fills.length === 0) return; // most steps fill no block
  taken.push(...fills);
  fills.length = 0;
}
