// Decides what one step computes, as vLLM V1's scheduler does (no separate prefill and decode phases: every request asks
// for the tokens it lacks, under one token budget).
//
//   1. Parked requests whose KV came are promoted to the front of the waiting queue.
//   2. Running requests in order: a decode token or the next chunk of a prompt. One that finds no block preempts the last
//      of the running (recompute: its blocks are freed, it goes to the front of the waiting queue), itself at worst.
//   3. Waiting requests in order, unless something was preempted: see admission.ts. The first that finds no block ends it.
//      With lookup_async off, one that asks the store interrupts it; the plan is filled up when the answer is there.

import type { MultiConnector } from "../connector/multi_connector.ts";
import { Admission } from "./admission.ts";
import type { EngineContext } from "./engine_context.ts";
import { growBlocks } from "./grow_blocks.ts";
import type { RequestState } from "./request_state.ts";
import { StepPlan } from "./step_plan.ts";

export class Scheduler {
  readonly #ctx: EngineContext;
  readonly #admission: Admission;

  constructor(ctx: EngineContext, connectors: MultiConnector<RequestState>) {
    this.#ctx = ctx;
    this.#admission = new Admission(ctx, connectors);
  }

  /** The next step, or null when there is nothing to compute. Starts lookups, loads and pulls on the way. */
  plan(now_ns: number): StepPlan | null {
    const { config, queues } = this.#ctx;
    queues.promoteReady();
    if (queues.running.length === 0 && queues.waiting.length === 0) return null;
    for (;;) {
      const plan = new StepPlan(config.max_num_batched_tokens, config.block_tokens);
      const preempted = this.#scheduleRunning(plan);
      const stuck = preempted === 0 && this.#scheduleWaiting(plan, now_ns) === "no_blocks";
      if (plan.requests.length > 0) return plan;
      // Nobody runs. If the last one preempted itself the waiting have not been looked at; if the first of the waiting
      // finds no block, another one that waits may have some from a load.
      const retry = preempted > 0 || (stuck && this.#takeBlocksFromLastWaiting());
      if (!retry) return null;
    }
  }

  /** Goes on with the waiting, after the answer that a plan was interrupted for. */
  fillUp(plan: StepPlan, now_ns: number): void {
    this.#scheduleWaiting(plan, now_ns);
  }

  /** Back to the front of the waiting queue with nothing computed. */
  preemptLast(): RequestState {
    const request = this.#ctx.queues.preemptLast();
    this.#ctx.counters.preemptions++;
    this.#dropComputed(request);
    return request;
  }

  /** Returns how many requests were preempted. */
  #scheduleRunning(plan: StepPlan): number {
    const { running } = this.#ctx.queues;
    let preempted = 0;
    for (let i = 0; i < running.length && plan.tokens_left > 0; i++) {
      const request = running[i] as RequestState;
      const new_tokens = Math.min(request.computable_tokens, plan.tokens_left);
      let fits = growBlocks(this.#ctx, request, request.computed_tokens + new_tokens);
      while (!fits) {
        preempted++;
        if (this.preemptLast() === request) return preempted;
        fits = growBlocks(this.#ctx, request, request.computed_tokens + new_tokens);
      }
      plan.add(request, new_tokens, this.#ctx.pool);
    }
    return preempted;
  }

  #scheduleWaiting(plan: StepPlan, now_ns: number): "no_blocks" | "interrupted" | "looked_at_all" {
    const { queues, config, store } = this.#ctx;
    plan.is_interrupted = false;
    let request = queues.waiting.first;
    while (request !== null && plan.tokens_left > 0 && queues.running.length < config.max_num_seqs) {
      // Read first: an admitted request leaves the queue.
      const { following } = request;
      const admitted = this.#admission.admit(request, plan, now_ns);
      if (admitted === "no_blocks") return "no_blocks";
      if (admitted === "asked" && store?.config.lookup_async === false) {
        plan.is_interrupted = true;
        return "interrupted";
      }
      request = following;
    }
    return "looked_at_all";
  }

  /** Requests promoted after a load own blocks and may starve the one before them. Loads under way will change things. */
  #takeBlocksFromLastWaiting(): boolean {
    const { queues, counters } = this.#ctx;
    if (queues.waiting_for_remote_kv.length > 0) return false;
    let request = queues.waiting.last;
    while (request !== null && request.block_ids.length === 0) request = request.previous;
    if (request === null || request === queues.waiting.first) return false;
    counters.preemptions++;
    this.#dropComputed(request);
    return true;
  }

  #dropComputed(request: RequestState): void {
    this.#ctx.pool.release(request.block_ids);
    request.resetComputed();
  }
}
