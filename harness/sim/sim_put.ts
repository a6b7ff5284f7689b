// One PUT of a simulated store client on its way. What is written where, and what each ending means, is core/connector's PutBatch.

import { PutBatch, type WriteGroup } from "../core/connector/put_batch.ts";
import type { RequesterCounters } from "../core/connector/requester_counters.ts";
import { present } from "../domain/assert.ts";
import type { ObjectKey } from "../domain/object_key.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { shardSlot } from "./block_shard.ts";
import { bookCopy, lastEnd } from "./book_copy.ts";
import type { EffectOf } from "./effect_of.ts";
import type { SimOwner } from "./sim_owner.ts";
import type { SimStoreParts } from "./sim_store_parts.ts";

/** Objects on their way into one segment. */
interface GroupCopy {
  readonly group: WriteGroup;
  readonly owner: SimOwner;
  readonly life: number;
  readonly end_ns: number;
}

export class SimPut {
  readonly #parts: SimStoreParts;
  readonly #counters: RequesterCounters;
  readonly #effect: EffectOf<"put">;
  readonly #done: (codes: readonly number[]) => void;
  readonly #batch = new PutBatch();
  /** Last calls of the master that are not answered. */
  #open = 0;

  constructor(
    parts: SimStoreParts,
    counters: RequesterCounters,
    effect: EffectOf<"put">,
    done: (codes: readonly number[]) => void,
  ) {
    this.#parts = parts;
    this.#counters = counters;
    this.#effect = effect;
    this.#done = done;
  }

  start(): void {
    const { master, client_id, object_bytes } = this.#parts;
    const { keys, config } = this.#effect;
    const objects = keys.map((key) => ({ key, bytes: object_bytes }));
    master.call({ op: "batch_put_start", client_id, objects, config }, keys.length, (reply) => {
      if (reply === null) {
        this.#batch.notStarted(keys.length, STORE_CODE.RPC_FAIL);
        this.#finish();
      } else this.#writeAll(this.#batch.started(reply.objects));
    });
  }

  /** One event for all groups, when the last is written: nothing follows from one that is written before it. */
  #writeAll(groups: readonly WriteGroup[]): void {
    if (groups.length === 0) {
      this.#finish();
      return;
    }
    const copies = groups.map((group) => this.#startCopy(group));
    this.#parts.loop.at(lastEnd(copies), "copy", () => {
      for (const copy of copies) this.#groupWritten(copy);
      this.#finish();
    });
  }

  #startCopy(group: WriteGroup): GroupCopy {
    const { owners, node_index } = this.#parts;
    const owner = present(owners.get(group.segment_name), "the master names segments of this stack");
    const end_ns = bookCopy(this.#parts, node_index, owner.node_index, group.writes.length);
    return { group, owner, life: owner.life, end_ns };
  }

  #groupWritten({ group, owner, life }: GroupCopy): void {
    const { node_index, hbm, ranks, object_bytes } = this.#parts;
    const { block_ids, tp_rank } = this.#effect;
    if (!owner.alive || owner.life !== life) {
      for (const { key_index } of group.writes) this.#batch.writeFailed(key_index, STORE_CODE.TRANSFER_FAIL);
      return;
    }
    for (const { key_index, segment_offset } of group.writes) {
      const block_id = present(block_ids[key_index], "a put names a block for every key");
      const slot = shardSlot(ranks, block_id, tp_rank);
      owner.contents.write(owner.slot(segment_offset), hbm.hash(slot), hbm.version(slot));
    }
    const keys = group.writes.length;
    this.#counters.countPutCopies(owner.node_index === node_index, keys, keys * object_bytes);
  }

  #finish(): void {
    const written = this.#batch.toEnd();
    const failed = this.#batch.toRevoke();
    this.#open = Number(failed.length > 0) + Number(written.length > 0);
    if (this.#open === 0) this.#end();
    if (failed.length > 0) this.#revoke(failed);
    if (written.length > 0) this.#makeReadable(written);
  }

  #revoke(failed: readonly number[]): void {
    const { master, client_id } = this.#parts;
    const request = { op: "batch_put_revoke", client_id, keys: this.#keysOf(failed) } as const;
    master.call(request, failed.length, () => this.#answered());
  }

  #makeReadable(written: readonly number[]): void {
    const { master, client_id } = this.#parts;
    const request = { op: "batch_put_end", client_id, keys: this.#keysOf(written) } as const;
    master.call(request, written.length, (reply) => {
      this.#batch.ended(written, reply?.codes ?? written.map(() => STORE_CODE.RPC_FAIL));
      this.#answered();
    });
  }

  #keysOf(indices: readonly number[]): readonly ObjectKey[] {
    const { keys } = this.#effect;
    if (indices.length === keys.length) return keys;
    return indices.map((i) => present(keys[i], "an object of a put has a key"));
  }

  #answered(): void {
    this.#open--;
    if (this.#open === 0) this.#end();
  }

  #end(): void {
    const codes = this.#batch.codes();
    this.#counters.countPuts(codes, this.#batch.existing());
    this.#done(codes);
  }
}
