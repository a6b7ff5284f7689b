// The store client inside a simulated engine. What is tried, in which order and what an ending means is core/connector's
// GetBatch and PutBatch; here bytes take time and say what they hold.

import { PutBatch, type WriteGroup } from "../core/connector/put_batch.ts";
import { RequesterCounters } from "../core/connector/requester_counters.ts";
import type { RequesterCounts } from "../core/connector/requester_counts.ts";
import type { GetOutcome } from "../core/connector/store_api.ts";
import { present } from "../domain/assert.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { shardSlot } from "./block_shard.ts";
import { bookCopy, lastEnd } from "./book_copy.ts";
import type { EffectOf } from "./effect_of.ts";
import { SimGet } from "./sim_get.ts";
import type { SimOwner } from "./sim_owner.ts";
import type { SimStore } from "./sim_store.ts";
import type { SimStoreParts } from "./sim_store_parts.ts";

/** Objects on their way into one segment. */
interface GroupCopy {
  readonly group: WriteGroup;
  readonly owner: SimOwner;
  readonly life: number;
  readonly end_ns: number;
}

export class SimStoreClient implements SimStore {
  readonly #parts: SimStoreParts;
  readonly #counters = new RequesterCounters();

  constructor(parts: SimStoreParts) {
    this.#parts = parts;
  }

  counts(): RequesterCounts {
    return this.#counters.snapshot();
  }

  exists({ keys }: EffectOf<"exists">, done: (codes: readonly number[]) => void): void {
    this.#parts.master.call({ op: "batch_exist", keys }, keys.length, (reply) => {
      const codes = reply?.codes ?? keys.map(() => STORE_CODE.RPC_FAIL);
      for (const code of codes) this.#counters.countFault(code);
      done(codes);
    });
  }

  get(effect: EffectOf<"get">, done: (outcomes: readonly GetOutcome[]) => void): void {
    new SimGet(this.#parts, effect, (outcomes) => {
      this.#counters.countGets(outcomes);
      done(outcomes);
    }).start();
  }

  put(effect: EffectOf<"put">, done: (codes: readonly number[]) => void): void {
    const { master, client_id, object_bytes } = this.#parts;
    const { keys, config } = effect;
    const batch = new PutBatch();
    const objects = keys.map((key) => ({ key, bytes: object_bytes }));
    master.call({ op: "batch_put_start", client_id, objects, config }, keys.length, (reply) => {
      if (reply === null) batch.notStarted(keys.length, STORE_CODE.RPC_FAIL);
      const groups = reply === null ? [] : batch.started(reply.objects);
      this.#writeAll(effect, batch, groups, () => this.#finishPut(effect, batch, done));
    });
  }

  removeAll({ force }: EffectOf<"remove_all">, done: (code: number, removed: number) => void): void {
    this.#parts.master.call({ op: "remove_all", force }, 1, (reply) => {
      done(reply?.code ?? STORE_CODE.RPC_FAIL, reply?.removed ?? 0);
    });
  }

  /** One event for all groups, when the last is written: nothing follows from one that is written before it. */
  #writeAll(effect: EffectOf<"put">, batch: PutBatch, groups: readonly WriteGroup[], done: () => void): void {
    const { owners, node_index, loop } = this.#parts;
    if (groups.length === 0) {
      done();
      return;
    }
    const copies = groups.map((group): GroupCopy => {
      const owner = present(owners.get(group.segment_name), "the master names segments of this stack");
      const end_ns = bookCopy(this.#parts, node_index, owner.node_index, group.writes.length);
      return { group, owner, life: owner.life, end_ns };
    });
    loop.at(lastEnd(copies), "copy", () => {
      for (const copy of copies) this.#groupWritten(effect, batch, copy);
      done();
    });
  }

  #groupWritten(effect: EffectOf<"put">, batch: PutBatch, { group, owner, life }: GroupCopy): void {
    const { node_index, hbm, ranks, object_bytes } = this.#parts;
    if (!owner.alive || owner.life !== life) {
      for (const { key_index } of group.writes) batch.writeFailed(key_index, STORE_CODE.TRANSFER_FAIL);
      return;
    }
    for (const { key_index, segment_offset } of group.writes) {
      const block_id = present(effect.block_ids[key_index], "a put names a block for every key");
      const slot = shardSlot(ranks, block_id, effect.tp_rank);
      owner.contents.write(owner.slot(segment_offset), hbm.hash(slot), hbm.version(slot));
    }
    const keys = group.writes.length;
    this.#counters.countPutCopies(owner.node_index === node_index, keys, keys * object_bytes);
  }

  #finishPut(effect: EffectOf<"put">, batch: PutBatch, done: (codes: readonly number[]) => void): void {
    const { master, client_id } = this.#parts;
    const keysOf = (indices: readonly number[]): string[] => {
      const keys: string[] = [];
      for (const i of indices) keys.push(present(effect.keys[i], "an object of a put has a key"));
      return keys;
    };
    const written = batch.toEnd();
    const failed = batch.toRevoke();
    let open = 0;
    const answered = (): void => {
      open--;
      if (open <= 0) this.#putDone(batch, done);
    };
    if (failed.length > 0) {
      open++;
      master.call({ op: "batch_put_revoke", client_id, keys: keysOf(failed) }, failed.length, answered);
    }
    if (written.length > 0) {
      open++;
      master.call({ op: "batch_put_end", client_id, keys: keysOf(written) }, written.length, (reply) => {
        batch.ended(written, reply?.codes ?? written.map(() => STORE_CODE.RPC_FAIL));
        answered();
      });
    }
    if (open === 0) this.#putDone(batch, done);
  }

  #putDone(batch: PutBatch, done: (codes: readonly number[]) => void): void {
    const codes = batch.codes();
    this.#counters.countPuts(codes, batch.existing());
    done(codes);
  }
}
