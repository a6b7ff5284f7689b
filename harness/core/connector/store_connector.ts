// The connector between an engine's block pool and the store: lookups, loads, saves and resets as a pure state machine.
//
// The engine starts jobs; each ends with one notice. Effects go out with op ids, their answers come back through `handle`.
// Lookups run at once, any number of them. Loads, saves and resets run on executors, one job at a time each: one executor
// for all, or loads apart from saves. What a failed key means for a request is the engine's decision, not made here.
// Protocol: spec/vllm_mooncake_store_connector.md §1.3–1.6, 1.9, 1.10.

import { assert, present, unreachable } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import { describeStoreCode } from "../../domain/store_error.ts";
import { BlockKeys } from "./block_keys.ts";
import type { ConnectorConfig } from "./connector_config.ts";
import { Executor } from "./executor.ts";
import { splitRule } from "./get_split.ts";
import type { LoadJob } from "./load_job.ts";
import { LoadRunner } from "./load_runner.ts";
import { foldLookup } from "./lookup_fold.ts";
import { type SaveJob, SaveRunner } from "./save_runner.ts";
import type { JobEffect, StoreEvent, StoreOutput } from "./store_api.ts";
import { StoreCounters } from "./store_counters.ts";
import { StoreOperations } from "./store_operations.ts";

/** What is queued before it is wiped, what is queued behind it is not. */
interface ResetJob {
  readonly kind: "reset";
  readonly job_id: number;
  readonly force: boolean;
}

type StoreJob = LoadJob | SaveJob | ResetJob;

export class StoreConnector {
  readonly config: ConnectorConfig;
  readonly counters: StoreCounters = new StoreCounters();
  readonly operations: StoreOperations;
  readonly #keys: BlockKeys;
  readonly #nextId: () => number;
  readonly #load_runner: LoadRunner;
  readonly #save_runner: SaveRunner;
  readonly #save_executor: Executor<StoreJob> = new Executor();
  readonly #load_executor: Executor<StoreJob>;
  readonly #lookup_ops = new Set<number>();
  readonly #executor_ops = new Map<number, Executor<StoreJob>>();
  #dropped = false;

  /** block_bytes: one block over all ranks. nextId: ids of ops and jobs, unique in the engine. */
  constructor(config: ConnectorConfig, block_bytes: number, weights_version: number, nextId: () => number) {
    this.config = config;
    this.#keys = new BlockKeys(config.namespaces);
    this.#nextId = nextId;
    this.#load_executor = config.executors === "shared" ? this.#save_executor : new Executor();
    const object_bytes = Math.ceil(block_bytes / this.#keys.ranks);
    const load_rules = { split: splitRule(config), object_bytes, tier_log: config.tier_log };
    this.operations = new StoreOperations(object_bytes);
    const put_config = {
      replica_num: config.replica_num,
      preferred_segments: config.preferred_segment === null ? [] : [config.preferred_segment],
      soft_pin: false,
      hard_pin: false,
    };
    this.#load_runner = new LoadRunner(load_rules, this.counters, weights_version, nextId);
    this.#save_runner = new SaveRunner(put_config, object_bytes, this.counters, nextId);
  }

  get saves(): boolean {
    return this.config.kv_role !== "kv_consumer" && !this.#dropped;
  }

  get looks_up(): boolean {
    return this.config.enable_lookup && !this.#dropped;
  }

  /** What is queued still runs; nothing new is asked of the store. */
  drop(out: StoreOutput): void {
    if (this.#dropped) return;
    this.#dropped = true;
    const line = "Dropping the Mooncake store: it could not be reset, and may hold KV of old weights.";
    out.effects.push({ type: "log", level: "warning", line });
  }

  /** Loads sent from now on are checked against these weights. */
  setWeightsVersion(weights_version: number): void {
    this.#load_runner.weights_version = weights_version;
  }

  /** Asks how many leading blocks the store holds. Returns the job's id. */
  lookup(hashes: readonly BlockHash[], out: StoreOutput): number {
    assert(hashes.length > 0, "a lookup asks for at least one block");
    const op_id = this.#nextId();
    this.#lookup_ops.add(op_id);
    const exists: JobEffect = { type: "exists", op_id, keys: this.#keys.of(hashes) };
    this.operations.started(exists, true, out.now_ns);
    out.effects.push(exists);
    return op_id;
  }

  /** Reads block hashes[i] into block_ids[i]. The engine keeps the blocks for it until the notice. */
  load(
    request_id: string,
    hashes: readonly BlockHash[],
    block_ids: readonly number[],
    out: StoreOutput,
  ): number {
    assert(hashes.length > 0 && hashes.length === block_ids.length, "a load names a place for every block");
    const job_id = this.#nextId();
    const job: LoadJob = {
      kind: "load",
      job_id,
      request_id,
      keys: this.#keys.of(hashes),
      hashes: this.#keys.repeat(hashes),
      block_ids: this.#keys.repeat(block_ids),
      ranks: this.#keys.ranks,
      ends: [],
      sent_gets: 0,
      outcomes: [],
      cancelled: false,
    };
    this.#load_executor.push(job);
    this.#startJobs(this.#load_executor, out);
    return job_id;
  }

  /** Nobody wants the load any more: it ends with the GET under way, or when its turn comes. */
  cancelLoad(job_id: number): void {
    for (const job of this.#load_executor.jobs()) {
      if (job.kind === "load" && job.job_id === job_id) job.cancelled = true;
    }
  }

  /** Puts what the store lacks of the blocks. The engine keeps the blocks' bytes as they are until the notice. */
  save(
    request_id: string,
    hashes: readonly BlockHash[],
    block_ids: readonly number[],
    out: StoreOutput,
  ): number {
    assert(this.saves, "a connector that saves is asked to");
    assert(hashes.length > 0 && hashes.length === block_ids.length, "a save names the place of every block");
    const job_id = this.#nextId();
    const keys = this.#keys.of(hashes);
    const repeated_ids = this.#keys.repeat(block_ids);
    this.#save_executor.push({
      kind: "save",
      job_id,
      request_id,
      keys,
      block_ids: repeated_ids,
      missing_keys: null,
    });
    this.#startJobs(this.#save_executor, out);
    return job_id;
  }

  /**
   * Wipes the store, whoever filled it. Saves queued so far are done first, so that none of them fills it again; saves
   * queued later wait for the wipe. (vLLM's queue.join() also waits for later ones; here the wait has an end.)
   */
  reset(force: boolean, out: StoreOutput): number {
    const job_id = this.#nextId();
    this.#save_executor.push({ kind: "reset", job_id, force });
    this.#startJobs(this.#save_executor, out);
    return job_id;
  }

  requestFinished(request_id: string): void {
    this.#save_runner.pressure.forget(request_id);
  }

  handle(event: StoreEvent, out: StoreOutput): void {
    this.operations.ended(event, out.now_ns);
    if (event.type === "exists_done" && this.#lookup_ops.delete(event.op_id)) {
      this.#lookupDone(event.op_id, event.codes, out);
      return;
    }
    const executor = present(this.#executor_ops.get(event.op_id), "an answer names an op that is out");
    this.#executor_ops.delete(event.op_id);
    const job = present(executor.active, "an op that is out belongs to the active job");
    this.#proceed(executor, this.#answer(job, event, out), out);
    this.#startJobs(executor, out);
  }

  #lookupDone(job_id: number, codes: readonly number[], out: StoreOutput): void {
    const failure = codes.find((code) => code < 0);
    if (failure !== undefined) {
      const line = `Remote connection failed in lookup: ${describeStoreCode(failure)}`;
      out.effects.push({ type: "log", level: "warning", line });
    }
    const hit_blocks = foldLookup(codes, this.#keys.ranks, this.config.lookup_ranks);
    out.notices.push({ type: "lookup_done", job_id, hit_blocks });
  }

  /** Jobs that need nothing from the store end where they start, so the loop goes on to one that does. */
  #startJobs(executor: Executor<StoreJob>, out: StoreOutput): void {
    while (executor.active === null) {
      const job = executor.startNext();
      if (job === null) return;
      this.#proceed(executor, this.#start(job, out), out);
    }
  }

  #proceed(executor: Executor<StoreJob>, effect: JobEffect | null, out: StoreOutput): void {
    if (effect === null) {
      executor.finishActive();
      return;
    }
    this.#executor_ops.set(effect.op_id, executor);
    this.operations.started(effect, false, out.now_ns);
    out.effects.push(effect);
  }

  #start(job: StoreJob, out: StoreOutput): JobEffect | null {
    switch (job.kind) {
      case "load":
        return this.#load_runner.start(job, out);
      case "save":
        return this.#save_runner.start(job, out);
      case "reset":
        return { type: "remove_all", op_id: this.#nextId(), force: job.force };
      default:
        return unreachable(job);
    }
  }

  #answer(job: StoreJob, event: StoreEvent, out: StoreOutput): JobEffect | null {
    if (job.kind === "load" && event.type === "get_done") {
      return this.#load_runner.getDone(job, event.outcomes, out);
    }
    if (job.kind === "save" && event.type === "exists_done") {
      return this.#save_runner.existsDone(job, event.codes, out);
    }
    if (job.kind === "save" && event.type === "put_done") {
      return this.#save_runner.putDone(job, event.codes, out);
    }
    assert(job.kind === "reset" && event.type === "remove_all_done", "an answer fits the op that was sent");
    return this.#resetDone(job.job_id, event.code, out);
  }

  #resetDone(job_id: number, code: number, out: StoreOutput): null {
    const ok = code >= 0;
    out.effects.push(
      ok
        ? { type: "log", level: "info", line: "Mooncake store reset via remove_all succeeded." }
        : { type: "log", level: "warning", line: `Mooncake remove_all failed: ${describeStoreCode(code)}` },
    );
    out.notices.push({ type: "reset_done", job_id, ok });
    return null;
  }
}
