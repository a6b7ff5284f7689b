// One GET of a simulated store client on its way. Which copy is tried next is core/connector's GetBatch.

import { type CopyEnd, GetBatch, type ReadAttempt } from "../core/connector/get_batch.ts";
import type { RequesterCounters } from "../core/connector/requester_counters.ts";
import { present } from "../domain/assert.ts";
import type { MasterReply } from "../domain/master_api.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { BlockContents } from "./block_contents.ts";
import { shardContent, shardSlot } from "./block_shard.ts";
import { bookCopy, lastEnd } from "./book_copy.ts";
import type { EffectOf } from "./effect_of.ts";
import type { UnderWay } from "./event_loop.ts";
import type { DiskAnswer } from "./owner_disk.ts";
import type { SimOwner } from "./sim_owner.ts";
import type { StoreAnswer } from "./sim_store.ts";
import type { SimStoreParts } from "./sim_store_parts.ts";

/** Objects on their way out of one segment's memory. */
interface MemoryCopy {
  readonly owner: SimOwner;
  readonly life: number;
  readonly end_ns: number;
  readonly reads: readonly { readonly key_index: number; readonly copy: CopyEnd }[];
}

const NO_COPIES: readonly MemoryCopy[] = [];

export class SimGet implements UnderWay {
  readonly #parts: SimStoreParts;
  readonly #counters: RequesterCounters;
  readonly #effect: EffectOf<"get">;
  readonly #answer: StoreAnswer;
  readonly #batch: GetBatch;
  #copies: readonly MemoryCopy[] = NO_COPIES;
  /** Attempts under way. */
  #open = 0;

  constructor(
    parts: SimStoreParts,
    counters: RequesterCounters,
    effect: EffectOf<"get">,
    answer: StoreAnswer,
  ) {
    this.#parts = parts;
    this.#counters = counters;
    this.#effect = effect;
    this.#answer = answer;
    this.#batch = new GetBatch(parts.object_bytes, parts.node, parts.loop.now_ns, parts.get_order);
  }

  start(): void {
    const { keys } = this.#effect;
    const request = { op: "batch_get_replicas", keys } as const;
    this.#parts.master.call(request, keys.length, (reply) => this.#located(reply));
  }

  /** The last copy out of memory has ended. */
  proceed(): void {
    for (const copy of this.#copies) this.#copied(copy);
    this.#attemptEnded();
  }

  #located(reply: MasterReply<"batch_get_replicas"> | null): void {
    if (reply === null) this.#batch.notLocated(this.#effect.keys.length, STORE_CODE.RPC_FAIL);
    else this.#batch.located(reply.objects);
    this.#tryNext();
  }

  #tryNext(): void {
    const { owners } = this.#parts;
    const attempts = this.#batch.nextAttempts(
      (name) => owners.get(name)?.config.segment.node ?? STORE_CODE.SEGMENT_NOT_FOUND,
    );
    if (attempts.length === 0) {
      const outcomes = this.#batch.outcomes();
      this.#counters.countGets(outcomes);
      this.#answer({ type: "get_done", op_id: this.#effect.op_id, outcomes });
      return;
    }
    const copies: MemoryCopy[] = [];
    this.#open = 1;
    for (const attempt of attempts) {
      const owner = present(owners.get(attempt.segment_name), "an attempt names a segment that was located");
      if (attempt.tier === "cpu") {
        copies.push(this.#startCopy(attempt, owner));
      } else {
        this.#open++;
        this.#readDisk(attempt, owner);
      }
    }
    this.#awaitCopies(copies);
  }

  #attemptEnded(): void {
    this.#open--;
    if (this.#open === 0) this.#tryNext();
  }

  /**
   * The bytes are those that are there when the copy begins: while its lease lasts nobody writes to an object, and a copy
   * that ends after it counts as expired whatever it read.
   */
  #startCopy(attempt: ReadAttempt, owner: SimOwner): MemoryCopy {
    const end_ns = bookCopy(this.#parts, owner.node_index, this.#parts.node_index, attempt.reads.length);
    const reads = attempt.reads.map(({ key_index, segment_offset }) => ({
      key_index,
      copy: this.#take(key_index, owner.contents, owner.slot(segment_offset)),
    }));
    return { owner, life: owner.life, end_ns, reads };
  }

  /** One event for all, when the last has ended: nothing follows from one that ends before it. */
  #awaitCopies(copies: readonly MemoryCopy[]): void {
    if (copies.length === 0) {
      this.#attemptEnded();
      return;
    }
    this.#copies = copies;
    this.#parts.loop.at(lastEnd(copies), "copy", this);
  }

  #copied({ owner, life, end_ns, reads }: MemoryCopy): void {
    const failed = !owner.alive || owner.life !== life;
    const remote = owner.node_index !== this.#parts.node_index;
    for (const { key_index, copy } of reads) {
      this.#batch.copied(key_index, failed ? "failed" : copy, end_ns, "cpu", remote);
    }
  }

  #readDisk(attempt: ReadAttempt, owner: SimOwner): void {
    const keys = attempt.reads.map(({ key_index }) =>
      present(this.#effect.keys[key_index], "a read has a key"),
    );
    owner.readDisk(keys, (answer) => {
      if (answer !== null) this.#copyStaged(attempt, owner, answer);
      else {
        for (const { key_index } of attempt.reads) this.#batch.refused(key_index, STORE_CODE.RPC_FAIL);
        this.#attemptEnded();
      }
    });
  }

  #copyStaged(attempt: ReadAttempt, owner: SimOwner, answer: DiskAnswer): void {
    const { loop, node_index } = this.#parts;
    const staged: { key_index: number; staging_offset: number }[] = [];
    for (const [i, { key_index }] of attempt.reads.entries()) {
      const object = present(answer.objects[i], "an owner answers every key");
      if (object.code === STORE_CODE.OK) staged.push({ key_index, staging_offset: object.staging_offset });
      else this.#batch.refused(key_index, object.code);
    }
    if (staged.length === 0) {
      owner.releaseDisk(answer.read_id);
      this.#attemptEnded();
      return;
    }
    const remote = owner.node_index !== node_index;
    const { life, disk } = owner;
    loop.at(bookCopy(this.#parts, owner.node_index, node_index, staged.length), "copy", () => {
      for (const { key_index, staging_offset } of staged) {
        const lost = !owner.alive || owner.life !== life || disk === null;
        const copy = lost ? "failed" : this.#take(key_index, disk.staging, disk.stagedSlot(staging_offset));
        this.#batch.copiedFromDisk(key_index, copy, loop.now_ns, answer.expires_ns, remote);
      }
      owner.releaseDisk(answer.read_id);
      this.#attemptEnded();
    });
  }

  /** The bytes of one object into the engine's block, whatever they are; and what checking them says. */
  #take(key_index: number, from: BlockContents, slot: number): CopyEnd {
    const { tp_rank, weights_version, block_ids, hashes } = this.#effect;
    const block_id = present(block_ids[key_index], "a get names a block for every key");
    const hash = present(hashes[key_index], "a get names a hash for every key");
    const { hbm, ranks } = this.#parts;
    hbm.copy(shardSlot(ranks, block_id, tp_rank), from, slot);
    return from.verify(slot, shardContent(ranks, hash, tp_rank), weights_version);
  }
}
