// The part of the connector that runs on one rank: its keys, its queue of saves and resets and its queue of loads, one job at
// a time each, or one queue for all. Ranks wait for each other only in a reset.

import { assert, present } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import { blockGroupId } from "../../domain/object_key.ts";
import type { BlockKeys } from "./block_keys.ts";
import type { ConnectorConfig } from "./connector_config.ts";
import { Executor } from "./executor.ts";
import type { Load, LoadJob } from "./load_job.ts";
import { type LoadRules, LoadRunner } from "./load_runner.ts";
import { isTurnOf, type PutTurns } from "./put_striping.ts";
import { type PutRules, type Save, type SaveJob, SaveRunner } from "./save_runner.ts";
import type { JobEffect, StoreEvent, StoreOutput } from "./store_api.ts";
import type { StoreCounters } from "./store_counters.ts";

/** What is queued before it on any rank is wiped, what is queued behind it is not. */
export interface ResetJob {
  readonly kind: "reset";
  readonly job_id: number;
  readonly force: boolean;
  /** Ranks that still have saves to do before the wipe. */
  open_ranks: number;
}

export type StoreJob = LoadJob | SaveJob | ResetJob;

export interface RankWorkerParts {
  readonly config: Pick<ConnectorConfig, "executors" | "put_step" | "group_semantics" | "namespaces">;
  readonly put_turns: PutTurns;
  readonly keys: BlockKeys;
  readonly load_rules: LoadRules;
  readonly put_rules: PutRules;
  readonly counters: StoreCounters;
  readonly weights_version: number;
  readonly nextId: () => number;
}

export class RankWorker {
  readonly save_executor: Executor<StoreJob> = new Executor();
  readonly load_executor: Executor<StoreJob>;
  readonly load_runner: LoadRunner;
  readonly save_runner: SaveRunner;
  readonly #tp_rank: number;
  readonly #parts: RankWorkerParts;
  readonly #namespace: number;

  constructor(tp_rank: number, parts: RankWorkerParts) {
    const { config, counters, nextId } = parts;
    this.load_executor = config.executors === "shared" ? this.save_executor : new Executor();
    this.load_runner = new LoadRunner(parts.load_rules, counters, parts.weights_version, nextId);
    this.save_runner = new SaveRunner(parts.put_rules, counters, nextId);
    this.#tp_rank = tp_rank;
    this.#parts = parts;
    this.#namespace = Math.floor(tp_rank / config.put_step);
  }

  /** Queues the rank's part of a load, all of its blocks. */
  pushLoad(load: Load, hashes: readonly BlockHash[], block_ids: readonly number[]): void {
    const first_block = this.#tp_rank % hashes.length;
    const rotated = rotateLeft(hashes, first_block);
    const job: LoadJob = {
      kind: "load",
      load,
      tp_rank: this.#tp_rank,
      keys: this.#parts.keys.of(rotated, this.#namespace),
      hashes: rotated,
      block_ids: rotateLeft(block_ids, first_block),
      first_block,
      ends: [],
      sent_gets: 0,
      outcomes: [],
    };
    load.jobs.push(job);
    this.load_executor.push(job);
  }

  cancelLoad(job_id: number): void {
    for (const job of this.load_executor.jobs()) {
      if (job.kind === "load" && job.load.job_id === job_id) job.load.cancelled = true;
    }
  }

  /** Queues the rank's part of a save: the blocks that are its turn, if there are any. */
  pushSave(
    save: Save,
    prompt_hashes: readonly BlockHash[],
    block_ids: readonly number[],
    first_block: number,
  ): void {
    const { config, put_turns, keys } = this.#parts;
    const own_hashes: BlockHash[] = [];
    const own_block_ids: number[] = [];
    for (let i = 0; i < block_ids.length; i++) {
      if (!isTurnOf(this.#tp_rank, config.put_step, i, first_block, put_turns)) continue;
      own_hashes.push(prompt_hashes[first_block + i] as BlockHash);
      own_block_ids.push(block_ids[i] as number);
    }
    if (own_hashes.length === 0) return;
    save.open_ranks++;
    this.save_executor.push({
      kind: "save",
      save,
      tp_rank: this.#tp_rank,
      keys: keys.of(own_hashes, this.#namespace),
      block_ids: own_block_ids,
      group_ids: config.group_semantics ? this.#groupIds(own_hashes) : NO_GROUPS,
      missing_keys: null,
    });
  }

  #groupIds(hashes: readonly BlockHash[]): string[] {
    const namespace = present(this.#parts.config.namespaces[this.#namespace], "a rank has a namespace");
    return hashes.map((hash) => blockGroupId(namespace, hash));
  }

  /** The first op of the job, or null when it ends without one. */
  start(job: LoadJob | SaveJob, out: StoreOutput): JobEffect | null {
    return job.kind === "load" ? this.load_runner.start(job, out) : this.save_runner.start(job, out);
  }

  /** Takes the answer of the job's op; its next op, or null at its end. */
  answer(job: LoadJob | SaveJob, event: StoreEvent, out: StoreOutput): JobEffect | null {
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
