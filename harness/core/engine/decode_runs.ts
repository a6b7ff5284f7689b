// Runs of steps in which every running request decodes one token and nothing else can change: no request ends before the
// last step, none can join, blocks suffice. Such a run goes out as one step effect, so that a driver on virtual time pays for
// it once; an event that comes in the middle ends the steps that are over by then and leaves the one under way.
//
// What a run does is what its steps do one by one, in the same order, with the same blocks at the same times: planning a
// step takes the blocks it fills, so all of that happens as steps end, never ahead.

import type { ComputeModel, StepWork } from "./compute_model.ts";
import type { BlockFill } from "./engine_api.ts";
import type { EngineContext } from "./engine_context.ts";
import type { RequestState } from "./request_state.ts";
import type { StepPlan } from "./step_plan.ts";

/** Longer runs save little, and what an event cuts off has been reckoned in vain. */
const LONGEST_RUN_STEPS = 64;

/** Step i of the run lasts from bounds_ns[i] to bounds_ns[i + 1]: [steps + 1], ascending. */
export interface DecodeRun {
  readonly bounds_ns: readonly number[];
}

export class DecodeRuns {
  readonly #ctx: EngineContext;
  readonly #compute: ComputeModel;

  constructor(ctx: EngineContext, compute: ComputeModel) {
    this.#ctx = ctx;
    this.#compute = compute;
  }

  /** The run that begins with the step just planned; null when the step behind it may be another kind. */
  start(plan: StepPlan, now_ns: number): DecodeRun | null {
    const steps = this.#stepsThatFit(plan);
    if (steps < 2) return null;
    const work = { ...plan.work };
    const bounds_ns = [now_ns];
    let end_ns = now_ns;
    for (let i = 0; i < steps; i++) {
      end_ns += this.#compute.stepNs(work);
      bounds_ns.push(end_ns);
      growByOneToken(work, plan.requests.length);
    }
    return { bounds_ns };
  }

  /**
   * Ends all steps but the last, which ends as any step does: whoever has all tokens finishes with it. Its bytes exist.
   */
  endAllButLast(run: DecodeRun, plan: StepPlan): void {
    const fills: BlockFill[] = [];
    this.#endSteps(run, plan, run.bounds_ns.length - 2, fills);
    // The effect has the list: the last step's fills go with it.
    takeAll(plan.fills, fills);
  }

  /** Ends the steps that are over at `now_ns`; what is left of the run begins with the one under way, which the plan is then about. */
  endPastSteps(run: DecodeRun, plan: StepPlan, now_ns: number): DecodeRun {
    const { bounds_ns } = run;
    let ended = 0;
    while (ended < bounds_ns.length - 2 && (bounds_ns[ended + 1] as number) <= now_ns) ended++;
    if (ended === 0) return run;
    this.#endSteps(run, plan, ended, []);
    return { bounds_ns: bounds_ns.slice(ended) };
  }

  #endSteps({ bounds_ns }: DecodeRun, plan: StepPlan, steps: number, fills: BlockFill[]): void {
    const { effects, weights_version } = this.#ctx;
    for (let i = 1; i <= steps; i++) {
      takeAll(plan.fills, fills);
      this.#nextStep(plan, (bounds_ns[i + 1] as number) - (bounds_ns[i] as number));
    }
    const request_ids = plan.requests.map(({ request }) => request.request_id);
    const ends_ns = bounds_ns.slice(1, steps + 1);
    effects.push({ type: "decoded", request_ids, ends_ns, fills, weights_version });
  }

  #nextStep(plan: StepPlan, duration_ns: number): void {
    const { pool, config, counters } = this.#ctx;
    const { block_tokens } = config;
    for (const request of plan.requests) {
      request.output_tokens++;
      const position = ++request.computed_tokens;
      const at = position % block_tokens;
      if (at === 0) request.block_ids.push(pool.allocate());
      if (at === block_tokens - 1) plan.fill(request, (position - at) / block_tokens, pool);
    }
    growByOneToken(plan.work, plan.requests.length);
    counters.generation_tokens += plan.requests.length;
    counters.steps++;
    counters.busy_ns += duration_ns;
  }

  #stepsThatFit({ requests }: StepPlan): number {
    const { queues } = this.#ctx;
    if (requests.length < queues.running.length) return 1;
    let steps = LONGEST_RUN_STEPS;
    for (const { output_tokens, scheduled_tokens, request } of requests) {
      if (output_tokens === 0 || scheduled_tokens !== 1) return 1;
      steps = Math.min(steps, request.max_tokens - output_tokens);
    }
    steps = Math.min(steps, this.#stepsBeforeSomebodyJoins(requests));
    while (steps > 1 && this.#blocksLacked(requests, steps) > this.#ctx.pool.free_blocks) steps >>= 1;
    return steps;
  }

  /**
   * Those who wait have been looked at for the plan, unless the batch is full. Who waits for the store's answer joins with
   * an event. Who found no blocks finds none before another block is cached: free ones only get fewer.
   */
  #stepsBeforeSomebodyJoins(requests: readonly RequestState[]): number {
    const { queues, config } = this.#ctx;
    if (queues.running.length >= config.max_num_seqs) return LONGEST_RUN_STEPS;
    for (const { lookup } of queues.waiting) {
      if (lookup.state === "asked") continue;
      return lookup.state === "unasked" ? 1 : this.#stepsBeforeNextFill(requests);
    }
    return LONGEST_RUN_STEPS;
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

  #blocksLacked(requests: readonly RequestState[], steps: number): number {
    const { block_tokens } = this.#ctx.config;
    let lacked = 0;
    for (const { computed_tokens, block_ids } of requests) {
      lacked += Math.ceil((computed_tokens + steps) / block_tokens) - block_ids.length;
    }
    return lacked;
  }
}

/** Each request's next token attends to, and reads, one more than its last. */
function growByOneToken(work: StepWork, requests: number): void {
  work.attended_tokens += requests;
  work.kv_tokens += requests;
}

function takeAll(fills: BlockFill[], taken: BlockFill[]): void {
  if (fills.length === 0) return; // most steps fill no block
  taken.push(...fills);
  fills.length = 0;
}
