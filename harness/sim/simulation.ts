// A simulated run: the stack is up, the load is sent, and the run ends when every request has its record and nothing that
// counts is under way (saves on their way to the store, disk writes).
//
// The policy is core's; what is modelled is time: links, memory, disk, RPC, HTTP, and GPU steps as live models them. Same
// configuration, same records, byte for byte.

import { assert } from "../domain/assert.ts";
import { NS_PER_S } from "../domain/units.ts";
import { Conversations } from "./conversations.ts";
import { EventLoop } from "./event_loop.ts";
import type { SimRunConfig } from "./sim_config.ts";
import type { SimFault } from "./sim_fault.ts";
import { SimLoad } from "./sim_load.ts";
import type { TickWatch } from "./sim_master.ts";
import { SimStack } from "./sim_stack.ts";

export interface SimOptions {
  /** Monotonic host time in ns, to see where a simulation's own time goes; null: not measured. */
  readonly stopwatch: (() => number) | null;
  readonly watch: TickWatch | null;
  /** After each event; null: nobody looks. */
  readonly onEvent: (() => void) | null;
}

export const UNWATCHED: SimOptions = { stopwatch: null, watch: null, onEvent: null };

/** Owners have mounted by then. */
const LOAD_STARTS_NS: number = NS_PER_S;

export class Simulation {
  readonly loop: EventLoop;
  readonly stack: SimStack;
  readonly load: SimLoad;
  /** Faults so far. */
  readonly injected: SimFault[] = [];
  /** The run ended early: a process without which nothing goes on was killed, or new weights were refused. */
  died = false;
  readonly #config: SimRunConfig;
  readonly #onEvent: (() => void) | null;
  #started = false;

  constructor(config: SimRunConfig, options: SimOptions = UNWATCHED) {
    const { stack, source, arm, pair_index, request_timeout_ms, onRecord } = config;
    this.#config = config;
    this.#onEvent = options.onEvent;
    this.loop = new EventLoop(options.stopwatch);
    this.stack = new SimStack(stack, this.loop, options.watch);
    this.load = new SimLoad({
      loop: this.loop,
      router: this.stack.router,
      source,
      conversations: new Conversations(this.stack.engines[0]?.config.core.block_tokens ?? 1),
      arm,
      pair_index,
      request_timeout_ms,
      sse_ns: stack.host.sse_ns,
      onPhaseEnd: (phase_index, proceed) => this.#newWeights(phase_index, proceed),
      onRecord,
    });
  }

  /** Brings the stack up. Nothing has been asked of it yet: what it counts now is where counting starts. */
  start(): void {
    assert(!this.#started, "a simulation is started once");
    this.#started = true;
    let is_up = false;
    this.loop.at(LOAD_STARTS_NS, "load", () => {
      is_up = true;
    });
    while (!is_up) this.#step();
  }

  run(): void {
    this.begin();
    this.advance(Number.POSITIVE_INFINITY);
  }

  /** Starts the load and the clocks of faults. */
  begin(): void {
    for (const fault of this.#config.faults) {
      this.loop.at(this.loop.now_ns + fault.at_ns, "fault", () => this.#inject(fault));
    }
    this.load.start();
  }

  /** Runs up to `events` more events; false: the run is over. */
  advance(events: number): boolean {
    for (let left = events; left > 0; left--) {
      if (this.#is_over) return false;
      this.#step();
    }
    return !this.#is_over;
  }

  get #is_over(): boolean {
    return this.died || (this.load.done && this.loop.pending_work === 0);
  }

  /** Unless the load has ended before. */
  #inject(fault: SimFault): void {
    if (this.load.done) return;
    this.injected.push(fault);
    this.#config.onInjected(fault, this.loop.now_ns);
    if (fault.kind === "stack_death") this.died = true;
    else this.stack.inject(fault);
  }

  #newWeights(phase_index: number, proceed: () => void): void {
    const { stack, weight_reset } = this.#config;
    const first_version = stack.engines[0]?.weights_version ?? 0;
    this.stack.updateWeights(first_version + phase_index + 1, weight_reset, (refused_by) => {
      if (refused_by === null) proceed();
      else this.#refuseWeights(refused_by);
    });
  }

  /** As live: an engine that may hold KV of old weights ends the run. */
  #refuseWeights(engine_name: string): void {
    this.died = true;
    this.#config.onWeightsRefused(engine_name);
  }

  #step(): void {
    assert(this.loop.step(), "a run that is not over has something to do");
    this.#onEvent?.();
  }
}
