// The connector between an engine's block pool and the store: lookups, loads, saves and resets as a pure state machine.
//
// The engine starts jobs for its requests; each ends with one notice. Effects go out with op ids, their answers come back through
// `handle`. Generic in the engine's request, which is only passed on.
// Lookups run at once, any number of them. Loads, saves and resets run on the executors of every rank, one job at a time each:
// a load is done when every rank has its shards, a save when every rank has put the blocks that are its turn. What a failed
// key means for a request is the engine's decision, not made here.
// Protocol: spec/vllm_mooncake_store_connector.md §1.2–1.6, 1.9, 1.10.

import { assert, present } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import type { KeySpace } from "../../domain/block_key_batch.ts";
import { type ConnectorTraits, connectorTraits } from "../../domain/connector_profile.ts";
import { keyPrefix } from "../../domain/object_key.ts";
import { DEFAULT_REPLICATE_CONFIG, type ReplicateConfig } from "../../domain/replica.ts";
import { describeStoreCode } from "../../domain/store_error.ts";
import type { ConnectorConfig } from "./connector_config.ts";
import type { Executor } from "./executor.ts";
import { splitRule } from "./get_split.ts";
import { keptKeys } from "./kept_keys.ts";
import type { Load, LoadJob } from "./load_job.ts";
import { foldLookup } from "./lookup_fold.ts";
import { NO_OP, RankWorker, type ResetJob, type StoreJob } from "./rank_worker.ts";
import type { Save, SaveJob } from "./save_job.ts";
import type { JobEffect, StoreEffect, StoreEvent, StoreOutput } from "./store_api.ts";
import { StoreCounters } from "./store_counters.ts";
import { StoreOperations } from "./store_operations.ts";

interface LookupJob<Request> {
  readonly kind: "lookup";
  readonly request: Request;
  op_id: number;
  asked_ns: number;
}

export class StoreConnector<Request> {
  /** What waits for an answer, in no order: a job has one op out at a time, and few have one. */
  readonly #asking: (LookupJob<Request> | StoreJob<Request>)[] = [];
  readonly #workers: readonly RankWorker<Request>[];
  readonly operations: StoreOperations;
  readonly counters: StoreCounters;
  /** That a lookup asks for. */
  readonly #asked_spaces: readonly KeySpace[];
  readonly config: ConnectorConfig;
  readonly traits: ConnectorTraits;
  #dropped = false;

  /** object_bytes: one block of one rank. */
  constructor(config: ConnectorConfig, object_bytes: number, weights_version: number) {
    this.config = config;
    this.traits = connectorTraits(config.profile);
    assert(config.namespaces.length > 0, "a connector has at least one rank namespace");
    const spaces = config.namespaces.map((namespace) => keptKeys(keyPrefix(namespace)));
    this.#asked_spaces = config.lookup_ranks === "rank0" ? spaces.slice(0, 1) : spaces;
    const ranks = config.namespaces.length * config.put_step;
    this.counters = new StoreCounters(ranks);
    this.operations = new StoreOperations(object_bytes);
    const parts = {
      config,
      put_turns: this.traits.put_turns,
      spaces,
      load_rules: { split: splitRule(config), object_bytes, tier_log: config.tier_log },
      put_rules: {
        config: replicateConfig(config),
        object_bytes,
        pressure_cleared_line: this.traits.pressure_cleared_line,
      },
      counters: this.counters,
      weights_version,
    };
    this.#workers = Array.from({ length: ranks }, (_, tp_rank) => new RankWorker<Request>(tp_rank, parts));
  }

  get saves(): boolean {
    return this.config.kv_role !== "kv_consumer" && !this.#dropped;
  }

  get looks_up(): boolean {
    return this.config.enable_lookup && !this.#dropped;
  }

  /** What is queued still runs; nothing new is asked of the store. */
  drop(out: StoreOutput<Request>): void {
    if (this.#dropped) return;
    this.#dropped = true;
    const line = "Dropping the Mooncake store: it could not be reset, and may hold KV of old weights.";
    out.effects.push({ type: "log", level: "warning", line });
  }

  /** Loads sent from now on are checked against these weights. */
  setWeightsVersion(weights_version: number): void {
    for (const { load_runner } of this.#workers) load_runner.weights_version = weights_version;
  }

  /** Asks how many of the first `blocks` of a prompt the store holds, for every namespace or rank 0's only. Returns the job's id. */
  lookup(
    request: Request,
    prompt_hashes: readonly BlockHash[],
    blocks: number,
    out: StoreOutput<Request>,
  ): number {
    assert(blocks > 0 && blocks <= prompt_hashes.length, "a lookup asks for at least one block");
    const op_id = out.nextId();
    const spaces = this.#asked_spaces;
    const keys = { spaces, hashes: prompt_hashes, first_block: 0, length: blocks * spaces.length };
    this.#ask({ kind: "lookup", request, op_id, asked_ns: 0 }, { type: "exists", op_id, keys }, out);
    return op_id;
  }

  /** Reads block hashes[i] into block_ids[i]. The engine keeps the blocks for it until the notice. One at a time for a request. */
  load(
    request: Request,
    request_id: string,
    hashes: readonly BlockHash[],
    block_ids: readonly number[],
    out: StoreOutput<Request>,
  ): void {
    assert(hashes.length > 0 && hashes.length === block_ids.length, "a load names a place for every block");
    const load: Load<Request> = {
      request,
      request_id,
      blocks: hashes.length,
      jobs: [],
      open_ranks: this.#workers.length,
      cancelled: false,
    };
    for (const worker of this.#workers) worker.pushLoad(load, hashes, block_ids);
    for (const { load_executor } of this.#workers) this.#startJobs(load_executor, out);
  }

  /** Nobody wants the request's load any more, if it has one: it ends with the GET under way, or when its turn comes. */
  cancelLoad(request: Request): void {
    for (const load of this.openLoads()) if (load.request === request) load.cancelled = true;
  }

  /** Those that have not ended. */
  openLoads(): ReadonlySet<Load<Request>> {
    const loads = new Set<Load<Request>>();
    for (const { load_executor } of this.#workers) {
      for (const job of load_executor.jobs()) if (job.kind === "load") loads.add(job.load);
    }
    return loads;
  }

  /**
   * Puts what the store lacks of a prompt's blocks from first_block on, as many as there are block_ids. The engine keeps the
   * blocks' bytes as they are until the notice.
   */
  save(
    request: Request,
    request_id: string,
    prompt_hashes: readonly BlockHash[],
    block_ids: readonly number[],
    first_block: number,
    out: StoreOutput<Request>,
  ): void {
    assert(this.saves, "a connector that saves is asked to");
    const end_block = first_block + block_ids.length;
    assert(block_ids.length > 0 && end_block <= prompt_hashes.length, "a save names blocks of the prompt");
    const save: Save<Request> = { request, request_id, first_block, block_ids, open_ranks: 0, ok: true };
    for (const worker of this.#workers) worker.pushSave(save, prompt_hashes);
    for (const { save_executor } of this.#workers) this.#startJobs(save_executor, out);
  }

  /** Those that have not ended. */
  openSaves(): ReadonlySet<Save<Request>> {
    const saves = new Set<Save<Request>>();
    for (const { save_executor } of this.#workers) {
      for (const job of save_executor.jobs()) if (job.kind === "save") saves.add(job.save);
    }
    return saves;
  }

  /**
   * Wipes the store, whoever filled it. Saves queued so far on any rank are done first, so that none of them fills it again;
   * saves queued later wait for the wipe. (vLLM's queue.join() also waits for later ones, and for rank 0's only; here the
   * wait has an end, and no rank's save is missed.)
   */
  reset(force: boolean, out: StoreOutput<Request>): number {
    const job_id = out.nextId();
    const job: ResetJob = {
      kind: "reset",
      job_id,
      force,
      open_ranks: this.#workers.length,
      op_id: NO_OP,
      asked_ns: 0,
    };
    for (const { save_executor } of this.#workers) save_executor.push(job);
    for (const { save_executor } of this.#workers) this.#startJobs(save_executor, out);
    return job_id;
  }

  requestFinished(request_id: string): void {
    if (this.counters.failed_put_keys === 0) return; // No rank has met pressure.
    for (const { save_runner } of this.#workers) save_runner.pressure.forget(request_id);
  }

  handle(event: StoreEvent, out: StoreOutput<Request>): void {
    const job = this.#takeAsking(event.op_id);
    this.operations.ended(event, job.kind === "lookup", out.now_ns - job.asked_ns);
    if (job.kind === "lookup") this.#lookupDone(job, event, out);
    else if (job.kind === "reset") this.#resetDone(job, event, out);
    else this.#partAnswered(job, event, out);
  }

  #lookupDone({ request }: LookupJob<Request>, event: StoreEvent, out: StoreOutput<Request>): void {
    assert(event.type === "exists_done", "a lookup asks what exists");
    const { op_id: job_id, codes } = event;
    const failure = codes.find(isFailure);
    if (failure !== undefined) {
      const line = `Remote connection failed in lookup: ${describeStoreCode(failure)}`;
      out.effects.push({ type: "log", level: "warning", line });
    }
    const hit_blocks = foldLookup(codes, this.#asked_spaces.length);
    out.notices.push({ type: "lookup_done", job_id, request, hit_blocks });
  }

  #partAnswered(
    job: LoadJob<Request> | SaveJob<Request>,
    event: StoreEvent,
    out: StoreOutput<Request>,
  ): void {
    const worker = this.#worker(job.tp_rank);
    const executor = worker.executorOf(job);
    assert(executor.active === job, "an op that is out belongs to the active job");
    this.#proceed(executor, job, worker.answer(job, event, out), out);
    this.#startJobs(executor, out);
  }

  /** Jobs that need nothing from the store end where they start, so the loop goes on to one that does. */
  #startJobs(executor: Executor<StoreJob<Request>>, out: StoreOutput<Request>): void {
    while (executor.active === null) {
      const job = executor.startNext();
      if (job === null) return;
      if (job.kind === "reset") this.#reachReset(job, out);
      else this.#proceed(executor, job, this.#worker(job.tp_rank).start(job, out), out);
    }
  }

  /** Null ends the job. */
  #proceed(
    executor: Executor<StoreJob<Request>>,
    job: StoreJob<Request>,
    effect: JobEffect | null,
    out: StoreOutput<Request>,
  ): void {
    if (effect === null) executor.finishActive();
    else this.#ask(job, effect, out);
  }

  /** A rank has done the saves before the reset, and waits; the last one wipes. */
  #reachReset(job: ResetJob, out: StoreOutput<Request>): void {
    job.open_ranks--;
    if (job.open_ranks > 0) return;
    this.#ask(job, { type: "remove_all", op_id: out.nextId(), force: job.force }, out);
  }

  /** Sends the job's op out; the answer is the job's. */
  #ask(job: LookupJob<Request> | StoreJob<Request>, effect: JobEffect, out: StoreOutput<Request>): void {
    job.op_id = effect.op_id;
    job.asked_ns = out.now_ns;
    this.#asking.push(job);
    out.effects.push(effect);
  }

  /** The job that has the op out, which is answered. */
  #takeAsking(op_id: number): LookupJob<Request> | StoreJob<Request> {
    let i = 0;
    while (i < this.#asking.length && this.#asking[i]?.op_id !== op_id) i++;
    const job = present(this.#asking[i], "an answer names an op that is out");
    const last = this.#asking.pop();
    if (last !== undefined && last !== job) this.#asking[i] = last;
    return job;
  }

  #resetDone(job: ResetJob, event: StoreEvent, out: StoreOutput<Request>): void {
    assert(event.type === "remove_all_done", "a reset wipes");
    const ok = event.code >= 0;
    for (const line of resetLines(event.code)) out.effects.push(line);
    out.notices.push({ type: "reset_done", job_id: job.job_id, ok });
    for (const { save_executor } of this.#workers) save_executor.finishActive();
    for (const { save_executor } of this.#workers) this.#startJobs(save_executor, out);
  }

  #worker(tp_rank: number): RankWorker<Request> {
    return present(this.#workers[tp_rank], "a job belongs to a rank");
  }
}

function isFailure(code: number): boolean {
  return code < 0;
}

function replicateConfig({ replica_num, preferred_segment }: ConnectorConfig): ReplicateConfig {
  const preferred_segments = preferred_segment === null ? [] : [preferred_segment];
  return { ...DEFAULT_REPLICATE_CONFIG, replica_num, preferred_segments };
}

/** vLLM's worker says that the wipe failed, its scheduler that it was not acknowledged. */
function resetLines(code: number): StoreEffect[] {
  if (code >= 0) {
    return [{ type: "log", level: "info", line: "Mooncake store reset via remove_all succeeded." }];
  }
  const line = `Mooncake remove_all failed: ${describeStoreCode(code)}`;
  return [
    { type: "log", level: "warning", line },
    { type: "log", level: "warning", line: "Mooncake store reset returned NACK from worker." },
  ];
}
