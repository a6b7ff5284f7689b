// The part of the connector that runs on one rank: its keys, its queue of saves and resets and its queue of loads, one job at
// a time each, or one queue for all. Ranks wait for each other only in a reset.

import { assert, present } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import { type KeySpace, keyStrings } from "../../domain/block_key_batch.ts";
import { blockGroupId, type KeyNamespace } from "../../domain/object_key.ts";
import type { ConnectorConfig } from "./connector_config.ts";
import { Executor } from "./executor.ts";
import type { Load, LoadJob } from "./load_job.ts";
import { type LoadRules, LoadRunner } from "./load_runner.ts";
import { isTurnOf, type PutTurns } from "./put_striping.ts";
import type { Save, SaveJob } from "./save_job.ts";
import { type PutRules, SaveRunner } from "./save_runner.ts";
import type { JobEffect, StoreEvent, StoreOutput } from "./store_api.ts";
import type { StoreCounters } from "./store_counters.ts";

/** What is queued before it on any rank is wiped, what is queued behind it is not. */
export interface ResetJob {
  readonly kind: "reset";
  readonly job_id: number;
  readonly force: boolean;
  /** Ranks that still have saves to do before the wipe. */
  open_ranks: number;
  /** The wipe, and when it was asked for. */
  op_id: number;
  asked_ns: number;
}

/** Of a job that has not asked yet. */
export const NO_OP = 0;

export type StoreJob<Request> = LoadJob<Request> | SaveJob<Request> | ResetJob;

export interface RankWorkerParts {
  readonly config: Pick<ConnectorConfig, "executors" | "put_step" | "group_semantics" | "namespaces">;
  readonly put_turns: PutTurns;
  /** [namespaces] */
  readonly spaces: readonly KeySpace[];
  readonly load_rules: LoadRules;
  readonly put_rules: PutRules;
  readonly counters: StoreCounters;
  readonly weights_version: number;
}

export class RankWorker<Request> {
  readonly save_executor: Executor<StoreJob<Request>> = new Executor();
  readonly load_executor: Executor<StoreJob<Request>>;
  readonly load_runner: LoadRunner<Request>;
  readonly save_runner: SaveRunner<Request>;
  readonly #tp_rank: number;
  /** The one that the rank's keys are in. */
  readonly #spaces: readonly [KeySpace];
  readonly #put_step: number;
  readonly #put_turns: PutTurns;
  /** Null: no block's shards are a group. */
  readonly #group_namespace: KeyNamespace | null;

  constructor(tp_rank: number, parts: RankWorkerParts) {
    const { config, counters } = parts;
    const namespace = Math.floor(tp_rank / config.put_step);
    this.load_executor = config.executors === "shared" ? this.save_executor : new Executor();
    this.load_runner = new LoadRunner(parts.load_rules, counters, parts.weights_version);
    this.save_runner = new SaveRunner(parts.put_rules, counters);
    this.#tp_rank = tp_rank;
    this.#spaces = [present(parts.spaces[namespace], "a rank has a namespace")];
    this.#put_step = config.put_step;
    this.#put_turns = parts.put_turns;
    this.#group_namespace = config.group_semantics
      ? present(config.namespaces[namespace], "a rank has a namespace")
      : null;
  }

  /** Queues the rank's part of a load, all of its blocks. */
  pushLoad(load: Load<Request>, hashes: readonly BlockHash[], block_ids: readonly number[]): void {
    const first_block = this.#tp_rank % hashes.length;
    const rotated = rotateLeft(hashes, first_block);
    const job: LoadJob<Request> = {
      kind: "load",
      load,
      tp_rank: this.#tp_rank,
      op_id: NO_OP,
      asked_ns: 0,
      keys: keyStrings({ spaces: this.#spaces, hashes: rotated, first_block: 0, length: rotated.length }),
      hashes: rotated,
      block_ids: rotateLeft(block_ids, first_block),
      first_block,
      keys_per_get: rotated.length,
      outcomes: [],
    };
    load.jobs.push(job);
    this.load_executor.push(job);
  }

  /** Queues the rank's part of a save: the blocks that are its turn, if there are any. */
  pushSave(save: Save<Request>, prompt_hashes: readonly BlockHash[]): void {
    const { first_block, block_ids } = save;
    if (this.#put_step === 1) {
      this.#queueSave(save, prompt_hashes, first_block, block_ids);
      return;
    }
    const own_hashes: BlockHash[] = [];
    const own_block_ids: number[] = [];
    for (let i = 0; i < block_ids.length; i++) {
      if (!isTurnOf(this.#tp_rank, this.#put_step, i, first_block, this.#put_turns)) continue;
      own_hashes.push(prompt_hashes[first_block + i] as BlockHash);
      own_block_ids.push(block_ids[i] as number);
    }
    if (own_hashes.length > 0) this.#queueSave(save, own_hashes, 0, own_block_ids);
  }

  /** Block hashes[first_block + i] is in block_ids[i]. */
  #queueSave(
    save: Save<Request>,
    hashes: readonly BlockHash[],
    first_block: number,
    block_ids: readonly number[],
  ): void {
    const blocks = block_ids.length;
    save.open_ranks++;
    this.save_executor.push({
      kind: "save",
      save,
      tp_rank: this.#tp_rank,
      op_id: NO_OP,
      asked_ns: 0,
      keys: { spaces: this.#spaces, hashes, first_block, length: blocks },
      block_ids,
      group_ids: this.#groupIds(hashes, first_block, blocks),
      missing_keys: null,
    });
  }

  #groupIds(hashes: readonly BlockHash[], first_block: number, blocks: number): readonly string[] {
    const namespace = this.#group_namespace;
    if (namespace === null) return NO_GROUPS;
    return hashes.slice(first_block, first_block + blocks).map((hash) => blockGroupId(namespace, hash));
  }

  executorOf({ kind }: LoadJob<Request> | SaveJob<Request>): Executor<StoreJob<Request>> {
    return kind === "load" ? this.load_executor : this.save_executor;
  }

  /** The first op of the job, or null when it ends without one. */
  start(job: LoadJob<Request> | SaveJob<Request>, out: StoreOutput<Request>): JobEffect | null {
    return job.kind === "load" ? this.load_runner.start(job, out) : this.save_runner.start(job, out);
  }

  /** Takes the answer of the job's op; its next op, or null at its end. */
  answer(
    job: LoadJob<Request> | SaveJob<Request>,
    event: StoreEvent,
    out: StoreOutput<Request>,
  ): JobEffect | null {
    if (job.kind === "load") {
      assert(event.type === "get_done", "a load asks with GETs");
      return this.load_runner.getDone(job, event.outcomes, out);
    }
    if (event.type === "exists_done") return this.save_runner.existsDone(job, event.codes, out);
    assert(event.type === "put_done", "a save asks and puts");
    return this.save_runner.putDone(job, event.codes, out);
  }
}

const NO_GROUPS: readonly string[] = [];

function rotateLeft<T>(items: readonly T[], by: number): readonly T[] {
  return by === 0 ? items : [...items.slice(by), ...items.slice(0, by)];
}
