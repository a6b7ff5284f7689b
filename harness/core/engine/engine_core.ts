// The engine core: one serving process as a pure state machine (contract and words: engine_api.ts).
//
// Events are handled at once, except that an abort of a request in the step under way and a cache reset wait for that
// step's end. The next step is planned when the last one is done, or at once when the engine idles. At most one step is
// out. Completions of transfers never wait for a step; what they change is seen by the next plan.

import { assert, present, unreachable } from "../../domain/assert.ts";
import { MultiConnector } from "../connector/multi_connector.ts";
import type { StoreEvent, StoreNotice } from "../connector/store_api.ts";
import type { StoreOperationStats } from "../connector/store_operations.ts";
import { ComputeModel } from "./compute_model.ts";
import { type DecodeRun, DecodeRuns, type StepUnderWay } from "./decode_runs.ts";
import type {
  BlockFill,
  EngineCoreConfig,
  EngineCoreOptions,
  EngineEffect,
  EngineEvent,
  EngineSnapshot,
} from "./engine_api.ts";
import { EngineContext } from "./engine_context.ts";
import { engineSnapshot } from "./engine_snapshot.ts";
import { Handoffs } from "./handoffs.ts";
import { HandoverConnector } from "./handover_connector.ts";
import { HeldBlocks } from "./held_blocks.ts";
import { Loads } from "./loads.ts";
import { Lookups } from "./lookups.ts";
import { OffloadConnector } from "./offload_connector.ts";
import { Pulls } from "./pulls.ts";
import { RequestLifecycle } from "./request_lifecycle.ts";
import type { RequestState } from "./request_state.ts";
import { type ResetRequest, Resets } from "./resets.ts";
import { Saves } from "./saves.ts";
import { Scheduler } from "./scheduler.ts";
import type { StepPlan } from "./step_plan.ts";

export class EngineCore {
  readonly #ctx: EngineContext;
  /** What is computed now or, while a load or lookup blocks the engine, next. */
  #plan: StepPlan | null = null;
  /** The step that is out; it carries out #plan. */
  #step_id: number | null = null;
  /** Set while the step that is out is a run. */
  #run: DecodeRun | null = null;
  /** The tokens of the step that is just ending are told with its run's. */
  #has_told = false;
  /** Null: every step goes out by itself. */
  readonly #decode_runs: DecodeRuns | null;
  readonly #lookups: Lookups;
  readonly #loads: Loads;
  readonly #held: HeldBlocks;
  readonly #lifecycle: RequestLifecycle;
  readonly #resets_at_step_end: ResetRequest[] = [];
  readonly #scheduler: Scheduler;
  readonly #compute: ComputeModel;
  readonly #saves: Saves;
  readonly #pulls: Pulls;
  readonly #offload: OffloadConnector;
  readonly #resets: Resets;

  constructor(
    config: EngineCoreConfig,
    weights_version: number,
    { fuse_decode_steps }: EngineCoreOptions = ONE_STEP_AT_A_TIME,
  ) {
    const ctx = new EngineContext(config, weights_version);
    this.#ctx = ctx;
    this.#compute = new ComputeModel(config.model, config.gpu);
    this.#decode_runs = fuse_decode_steps ? new DecodeRuns(ctx, this.#compute) : null;
    this.#lookups = new Lookups(ctx);
    this.#loads = new Loads(ctx);
    this.#pulls = new Pulls(ctx);
    this.#saves = new Saves(ctx);
    this.#held = new HeldBlocks(ctx);
    this.#offload = new OffloadConnector(ctx, this.#lookups, this.#loads, this.#saves);
    // Hand-over first: a prompt that another engine holds is not asked of the store.
    const connectors = new MultiConnector([new HandoverConnector(ctx.pool, this.#pulls), this.#offload]);
    this.#scheduler = new Scheduler(ctx, connectors);
    this.#resets = new Resets(ctx, {
      lookups: this.#lookups,
      loads: this.#loads,
      scheduler: this.#scheduler,
      connectors,
    });
    this.#lifecycle = new RequestLifecycle(ctx, {
      loads: this.#loads,
      pulls: this.#pulls,
      saves: this.#saves,
      connectors,
      held: this.#held,
      handoffs: new Handoffs(ctx, this.#loads),
    });
  }

  /** The effects are the caller's. now_ns never runs backwards. */
  handle(event: EngineEvent, now_ns: number): EngineEffect[] {
    const effects: EngineEffect[] = [];
    this.#ctx.effects = effects;
    this.#ctx.now_ns = now_ns;
    if (this.#run !== null) this.#eventInRun(this.#run, event, now_ns);
    this.#dispatch(event, now_ns);
    this.#advance(now_ns);
    return effects;
  }

  /** When a `tick` is due; null when nothing waits for time to pass. */
  next_deadline_ns(): number | null {
    return this.#held.nextExpiryNs();
  }

  /**
   * The transfer's blocks are kept for a decode engine, as they were when it was handed over. A copy of them that ended
   * before this was asked is good; any other may have read what came after.
   */
  holds(transfer_id: string): boolean {
    return this.#held.holds(transfer_id);
  }

  snapshot(): EngineSnapshot {
    return engineSnapshot(this.#ctx);
  }

  /** Of the connector's calls; none without a store. */
  storeOperations(): StoreOperationStats[] {
    return this.#ctx.store?.operations.snapshot() ?? [];
  }

  /** For tests, O(num_hbm_blocks): no block leaked, none freed twice, every cached block found. */
  assertInvariants(): void {
    const { pool, config, queues } = this.#ctx;
    const { requests } = this.#lifecycle;
    const references = new Int32Array(config.num_hbm_blocks);
    const hold = (block_id: number): void => {
      references[block_id] = (references[block_id] as number) + 1;
    };
    for (const request of requests.values()) request.block_ids.forEach(hold);
    for (const request of this.#loads.abandoned()) request.block_ids.forEach(hold);
    for (const request of this.#pulls.abandoned()) request.block_ids.forEach(hold);
    for (const block_id of this.#saves.pinnedBlocks()) hold(block_id);
    for (const block_id of this.#held.blocks()) hold(block_id);
    pool.assertInvariants(references);
    const queued = queues.waiting.length + queues.waiting_for_remote_kv.length + queues.running.length;
    assert(queued === requests.size, "every unfinished request is in one queue");
  }

  #dispatch(event: EngineEvent, now_ns: number): void {
    switch (event.type) {
      case "request_arrived":
        this.#lifecycle.arrive(event.request, now_ns);
        break;
      case "abort":
        this.#lifecycle.abort(event.request_id, now_ns);
        break;
      case "step_done":
        this.#stepDone(event.step_id, now_ns);
        break;
      case "pull_done":
        this.#pulls.done(event.op_id, event.codes, event.stale, now_ns);
        break;
      case "remote_released":
        this.#held.release(event.transfer_id);
        break;
      case "reset_prefix_cache":
        if (this.#plan === null) this.#resets.start(event, now_ns);
        else this.#resets_at_step_end.push(event);
        break;
      case "weights_updated":
        this.#ctx.weights_version = event.weights_version;
        this.#ctx.store?.setWeightsVersion(event.weights_version);
        break;
      case "tick":
        this.#held.expire(now_ns);
        break;
      default:
        this.#storeAnswered(event);
    }
  }

  #storeAnswered(event: StoreEvent): void {
    assert(this.#ctx.store !== null, "an engine without a store asks it nothing");
    this.#ctx.store.handle(event, this.#ctx);
  }

  /** Plans until a step is out or nothing can be done before the next event. */
  #advance(now_ns: number): void {
    for (;;) {
      this.#settleNotices(now_ns);
      if (this.#step_id !== null || this.#lookups.block_the_engine || this.#loads.block_the_engine) return;
      if (this.#plan === null) this.#plan = this.#scheduler.plan(now_ns);
      else if (this.#plan.is_interrupted) this.#scheduler.fillUp(this.#plan, now_ns);
      else {
        this.#launch(this.#plan, now_ns);
        return;
      }
      // Planning may have started a load that ended at once: that is something new to plan with.
      if (this.#plan === null && this.#ctx.notices.length === 0) return;
    }
  }

  #launch(plan: StepPlan, now_ns: number): void {
    const { counters, effects, weights_version } = this.#ctx;
    // Who has a token has been scheduled before.
    for (const request of plan.requests) if (request.output_tokens === 0) request.stages.scheduled(now_ns);
    const step_id = this.#ctx.nextId();
    const duration_ns = this.#compute.stepNs(plan);
    this.#step_id = step_id;
    counters.steps++;
    counters.busy_ns += duration_ns;
    this.#run = this.#decode_runs?.start(plan, now_ns) ?? null;
    const run_ns = this.#run === null ? duration_ns : (this.#run.ends_ns.at(-1) as number) - now_ns;
    const fills = this.#run === null ? plan.fills : NO_FILLS;
    effects.push({ type: "step", step_id, started_ns: now_ns, duration_ns: run_ns, fills, weights_version });
  }

  /** The run is over, or an event that changes what comes next has come into it: then its past steps end here. */
  #eventInRun(run: DecodeRun, event: EngineEvent, now_ns: number): void {
    if (this.#changesNoPlan(event)) return;
    const decode_runs = present(this.#decode_runs, "a run was started");
    const plan = present(this.#plan, "a run carries out a plan");
    if (event.type === "step_done") {
      this.#run = null;
      this.#has_told = true;
      decode_runs.end(run, plan);
      return;
    }
    this.#leaveRun(decode_runs.endPastSteps(run, plan, now_ns), plan);
  }

  /** The step under way goes on alone; what comes behind it is planned anew. */
  #leaveRun({ started_ns, end_ns }: StepUnderWay, { fills }: StepPlan): void {
    const { effects, weights_version } = this.#ctx;
    const step_id = this.#ctx.nextId();
    this.#run = null;
    this.#step_id = step_id;
    const duration_ns = end_ns - started_ns;
    effects.push({ type: "step", step_id, started_ns, duration_ns, fills, weights_version });
  }

  /**
   * Events that at most free blocks: with nobody there to take them, the steps of a run come as they were reckoned. Its past
   * steps need not end first: they take blocks from the front of a free queue that is long enough, and freed ones go to its back.
   */
  #changesNoPlan({ type }: EngineEvent): boolean {
    const { waiting, waiting_for_remote_kv } = this.#ctx.queues;
    const frees_at_most =
      type === "exists_done" || type === "put_done" || type === "remote_released" || type === "tick";
    return frees_at_most && waiting.length === 0 && waiting_for_remote_kv.length === 0;
  }

  #stepDone(step_id: number, now_ns: number): void {
    assert(this.#step_id === step_id && this.#plan !== null, "the step that ends is the one under way");
    const plan = this.#plan;
    this.#step_id = null;
    this.#plan = null;
    if (this.#decode_runs !== null && !this.#has_told) this.#decode_runs.tellStep(plan, now_ns);
    this.#has_told = false;
    for (const request of plan.requests) this.#lifecycle.stepped(request, now_ns, this.#decode_runs === null);
    if (this.#resets_at_step_end.length === 0) return;
    for (const reset of this.#resets_at_step_end.splice(0)) this.#resets.start(reset, now_ns);
  }

  #settleNotices(now_ns: number): void {
    const { notices } = this.#ctx;
    // Settling one may bring about another.
    while (notices.length > 0) {
      this.#settle(present(notices.shift(), "a list that is not empty has a first"), now_ns);
    }
  }

  #settle(notice: StoreNotice<RequestState>, now_ns: number): void {
    switch (notice.type) {
      case "lookup_done":
        this.#lookups.done(notice.request, notice.job_id, notice.hit_blocks, now_ns);
        break;
      case "load_done":
        this.#loads.done(notice.request, notice.report, now_ns);
        break;
      case "save_done":
        this.#saves.done(notice.save, notice.ok);
        break;
      case "reset_done":
        this.#offload.resetDone(notice.job_id, notice.ok);
        break;
      default:
        unreachable(notice);
    }
  }
}

const ONE_STEP_AT_A_TIME: EngineCoreOptions = { fuse_decode_steps: false };
/** What a run fills is told as its steps end. */
const NO_FILLS: readonly BlockFill[] = [];
