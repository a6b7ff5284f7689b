// One PUT of a simulated store client on its way. What is written where, and what each ending means, is core/connector's PutBatch.

import { copiesToWrite, PutBatch } from "../core/connector/put_batch.ts";
import type { RequesterCounters } from "../core/connector/requester_counters.ts";
import { present } from "../domain/assert.ts";
import type { MasterReply, PutObject, PutTarget } from "../domain/master_api.ts";
import type { ObjectKey } from "../domain/object_key.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { shardSlot } from "./block_shard.ts";
import { bookCopy } from "./book_copy.ts";
import type { EffectOf } from "./effect_of.ts";
import type { UnderWay } from "./event_loop.ts";
import type { SimOwner } from "./sim_owner.ts";
import type { StoreAnswer } from "./sim_store.ts";
import type { SimStoreParts } from "./sim_store_parts.ts";

/** An object on its way into a segment. */
interface ObjectCopy {
  readonly key_index: number;
  readonly segment_offset: number;
  readonly owner: SimOwner;
  readonly life: number;
}

const NO_COPIES: readonly ObjectCopy[] = [];

export class SimPut implements UnderWay {
  readonly #parts: SimStoreParts;
  readonly #counters: RequesterCounters;
  readonly #effect: EffectOf<"put">;
  readonly #answer: StoreAnswer;
  readonly #batch = new PutBatch();
  #copies: readonly ObjectCopy[] = NO_COPIES;
  /** Last calls of the master that are not answered. */
  #open = 0;

  constructor(
    parts: SimStoreParts,
    counters: RequesterCounters,
    effect: EffectOf<"put">,
    answer: StoreAnswer,
  ) {
    this.#parts = parts;
    this.#counters = counters;
    this.#effect = effect;
    this.#answer = answer;
  }

  start(): void {
    const { master, client_id, object_bytes } = this.#parts;
    const { keys, config } = this.#effect;
    const objects: PutObject[] = [];
    for (const key of keys) objects.push({ key, bytes: object_bytes });
    const request = { op: "batch_put_start", client_id, objects, config } as const;
    master.call(request, keys.length, (reply) => this.#started(reply));
  }

  /** The last copy has ended. */
  proceed(): void {
    for (const copy of this.#copies) this.#copied(copy);
    this.#finish();
  }

  #started(reply: MasterReply<"batch_put_start"> | null): void {
    if (reply === null) {
      this.#batch.notStarted(this.#effect.keys.length, STORE_CODE.RPC_FAIL);
      this.#finish();
    } else {
      this.#batch.started(reply.objects);
      this.#writeAll(reply.objects);
    }
  }

  /** One event for all copies, when the last is written: nothing follows from one that is written before it. */
  #writeAll(objects: readonly PutTarget[]): void {
    const { owners, loop } = this.#parts;
    const copies: ObjectCopy[] = [];
    for (let key_index = 0; key_index < objects.length; key_index++) {
      for (const { segment_name, offset } of copiesToWrite(objects[key_index] as PutTarget)) {
        const owner = present(owners.get(segment_name), "the master names segments of this stack");
        copies.push({ key_index, segment_offset: offset, owner, life: owner.life });
      }
    }
    this.#copies = copies;
    if (copies.length === 0) this.#finish();
    else loop.at(this.#bookAll(copies), "copy", this);
  }

  /** Copies into one segment go together; when the last of all is written. */
  #bookAll(copies: readonly ObjectCopy[]): number {
    let last_ns = 0;
    for (let i = 0; i < copies.length; i++) {
      const { owner } = copies[i] as ObjectCopy;
      const objects = copiesFrom(copies, i);
      if (objects === 0) continue;
      const end_ns = bookCopy(this.#parts, this.#parts.node_index, owner.node_index, objects);
      last_ns = Math.max(last_ns, end_ns);
    }
    return last_ns;
  }

  #copied({ key_index, segment_offset, owner, life }: ObjectCopy): void {
    if (!owner.alive || owner.life !== life) {
      this.#batch.writeFailed(key_index, STORE_CODE.TRANSFER_FAIL);
      return;
    }
    const { node_index, hbm, ranks, object_bytes } = this.#parts;
    const { block_ids, tp_rank } = this.#effect;
    const block_id = present(block_ids[key_index], "a put names a block for every key");
    const slot = shardSlot(ranks, block_id, tp_rank);
    owner.contents.copy(owner.slot(segment_offset), hbm, slot);
    this.#counters.countPutCopies(owner.node_index === node_index, 1, object_bytes);
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
    this.#answer({ type: "put_done", op_id: this.#effect.op_id, codes });
  }
}

/** How many copies from the i-th on go into its segment; 0: it goes with one before it. */
function copiesFrom(copies: readonly ObjectCopy[], i: number): number {
  const { owner } = copies[i] as ObjectCopy;
  for (let k = 0; k < i; k++) if (copies[k]?.owner === owner) return 0;
  let objects = 1;
  for (let k = i + 1; k < copies.length; k++) if (copies[k]?.owner === owner) objects++;
  return objects;
}
