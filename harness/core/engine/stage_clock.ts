// Where a request's time to first token went, and where its prompt's KV came from.
//
// queue = arrival → first step that computes it, less lookup and load; prefill = start of that step → first token.
// A load in the middle of the prefill, after a hand-off, is part of load and not of prefill.
// On a decode engine `load` is the pull from the prefill engine. What happens after a preemption is part of prefill.

import { assert } from "../../domain/assert.ts";
import type { EngineStages } from "../../domain/request_record.ts";
import type { StoreTier } from "../../domain/tier.ts";
import { nsToMs } from "../../domain/units.ts";
import type { RequestTimeline } from "./request_timeline.ts";

export class StageClock {
  readonly #arrived_ns: number;
  #lookup_ns = 0;
  #load_ns = 0;
  #handoff_load_ns = 0;
  #in_handoff = false;
  #wait_started_ns: number | null = null;
  #scheduled_ns: number | null = null;
  #first_token_ns: number | null = null;
  #waits: RequestTimeline["waits"] = NO_WAITS;
  hbm_tokens = 0;
  cpu_tokens = 0;
  disk_tokens = 0;
  pulled_tokens = 0;

  constructor(arrived_ns: number) {
    this.#arrived_ns = arrived_ns;
  }

  /** Until the first step, each admission says anew where the KV comes from; later recomputation changes nothing. */
  get attributable(): boolean {
    return this.#scheduled_ns === null || this.#in_handoff;
  }

  admitted(hbm_tokens: number): void {
    if (!this.attributable) return;
    this.hbm_tokens = hbm_tokens;
    this.cpu_tokens = 0;
    this.disk_tokens = 0;
    this.pulled_tokens = 0;
  }

  loaded(tiers: readonly StoreTier[], block_tokens: number): void {
    if (!this.attributable) return;
    for (const tier of tiers) this.#countLoaded(tier, block_tokens);
  }

  /** Of the last block loaded one token is computed again: it counts as computed. */
  lastTokenComputed(tier: StoreTier): void {
    if (this.attributable) this.#countLoaded(tier, -1);
  }

  pulled(tokens: number): void {
    if (this.attributable) this.pulled_tokens = tokens;
  }

  waitStarted(now_ns: number): void {
    this.#wait_started_ns = now_ns;
  }

  lookupEnded(now_ns: number): void {
    if (this.attributable) this.#lookup_ns += this.#waited("lookup", now_ns);
  }

  loadEnded(now_ns: number): void {
    if (this.#in_handoff) this.#handoff_load_ns += this.#waited("load", now_ns);
    else if (this.attributable) this.#load_ns += this.#waited("load", now_ns);
  }

  /** The first part of the prompt is computed, the next is loaded: it counts as a first load's does. */
  handoffStarted(): void {
    this.#in_handoff = true;
  }

  handoffEnded(): void {
    this.#in_handoff = false;
  }

  scheduled(now_ns: number): void {
    this.#scheduled_ns ??= now_ns;
  }

  firstToken(now_ns: number): void {
    this.#first_token_ns ??= now_ns;
  }

  /** A request that ends early has spent its time until now in the stage it was in. */
  stages(engine_name: string, prompt_tokens: number, now_ns: number): EngineStages {
    const scheduled_ns = this.#scheduled_ns ?? now_ns;
    return {
      engine_name,
      prompt_tokens,
      cached_tokens: { hbm: this.hbm_tokens, cpu: this.cpu_tokens, disk: this.disk_tokens },
      queue_ms: nsToMs(scheduled_ns - this.#arrived_ns - this.#lookup_ns - this.#load_ns),
      lookup_ms: nsToMs(this.#lookup_ns),
      load_ms: nsToMs(this.#load_ns + this.#handoff_load_ns),
      prefill_ms: nsToMs((this.#first_token_ns ?? now_ns) - scheduled_ns - this.#handoff_load_ns),
    };
  }

  timeline(): RequestTimeline {
    return {
      arrived_ns: this.#arrived_ns,
      waits: this.#waits,
      scheduled_ns: this.#scheduled_ns,
      first_token_ns: this.#first_token_ns,
    };
  }

  #countLoaded(tier: StoreTier, tokens: number): void {
    if (tier === "cpu") this.cpu_tokens += tokens;
    else this.disk_tokens += tokens;
  }

  #waited(stage: "lookup" | "load", now_ns: number): number {
    const start_ns = this.#wait_started_ns;
    assert(start_ns !== null, "a wait that ends has started");
    this.#wait_started_ns = null;
    this.#waits = this.#waits.concat({ stage, start_ns, end_ns: now_ns });
    return now_ns - start_ns;
  }
}

const NO_WAITS: RequestTimeline["waits"] = [];
