// The store client inside a simulated engine. What is tried, in which order and what an ending means is core/connector's
// GetBatch and PutBatch; here bytes take time and say what they hold.

import { GetBatch, type ReadAttempt } from "../core/connector/get_batch.ts";
import { PutBatch, type WriteGroup } from "../core/connector/put_batch.ts";
import { RequesterCounters } from "../core/connector/requester_counters.ts";
import type { RequesterCounts } from "../core/connector/requester_counts.ts";
import type { EngineEffect, GetOutcome } from "../core/engine/engine_api.ts";
import { present } from "../domain/assert.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { BlockContents } from "./block_contents.ts";
import type { EventLoop } from "./event_loop.ts";
import type { Fabric } from "./fabric.ts";
import type { DiskAnswer } from "./owner_disk.ts";
import type { SimMaster } from "./sim_master.ts";
import type { SimOwner } from "./sim_owner.ts";

export type EffectOf<Type extends EngineEffect["type"]> = Extract<EngineEffect, { readonly type: Type }>;

export interface SimStoreParts {
  readonly loop: EventLoop;
  readonly fabric: Fabric;
  readonly master: SimMaster;
  /** By segment name. */
  readonly owners: ReadonlyMap<string, SimOwner>;
  readonly client_id: string;
  readonly node: string;
  readonly node_index: number;
  readonly object_bytes: number;
  /** The engine's block pool, slot by block id. */
  readonly hbm: BlockContents;
}

/** A GET on its way. */
interface Get {
  readonly effect: EffectOf<"get">;
  readonly batch: GetBatch;
  readonly done: (outcomes: readonly GetOutcome[]) => void;
  /** Attempts under way. */
  open: number;
}

export class SimStoreClient {
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
    const { loop, master, node, object_bytes } = this.#parts;
    const { keys } = effect;
    const batch = new GetBatch(object_bytes, node, loop.now_ns);
    master.call({ op: "batch_get_replicas", keys }, keys.length, (reply) => {
      if (reply === null) batch.notLocated(keys.length, STORE_CODE.RPC_FAIL);
      else batch.located(reply.objects);
      this.#tryNext({ effect, batch, done, open: 0 });
    });
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

  #tryNext(get: Get): void {
    const { owners } = this.#parts;
    const attempts = get.batch.nextAttempts(
      (name) => owners.get(name)?.config.segment.node ?? STORE_CODE.SEGMENT_NOT_FOUND,
    );
    if (attempts.length === 0) {
      const outcomes = get.batch.outcomes();
      this.#counters.countGets(outcomes);
      get.done(outcomes);
      return;
    }
    get.open = attempts.length;
    for (const attempt of attempts) {
      const owner = present(owners.get(attempt.segment_name), "an attempt names a segment that was located");
      if (attempt.tier === "disk") this.#readDisk(get, attempt, owner);
      else this.#readMemory(get, attempt, owner);
    }
  }

  #attemptEnded(get: Get): void {
    get.open--;
    if (get.open === 0) this.#tryNext(get);
  }

  #readMemory(get: Get, attempt: ReadAttempt, owner: SimOwner): void {
    const { loop, node_index } = this.#parts;
    const remote = owner.node_index !== node_index;
    const { life } = owner;
    this.#copy(owner.node_index, node_index, attempt.reads.length, () => {
      const failed = !owner.alive || owner.life !== life;
      for (const { key_index, segment_offset } of attempt.reads) {
        const copy = failed
          ? "failed"
          : this.#take(get.effect, key_index, owner.contents, owner.slot(segment_offset));
        get.batch.copied(key_index, copy, loop.now_ns, "cpu", remote);
      }
      this.#attemptEnded(get);
    });
  }

  #readDisk(get: Get, attempt: ReadAttempt, owner: SimOwner): void {
    const keys = attempt.reads.map(({ key_index }) =>
      present(get.effect.keys[key_index], "a read has a key"),
    );
    owner.readDisk(keys, (answer) => {
      if (answer !== null) this.#copyStaged(get, attempt, owner, answer);
      else {
        for (const { key_index } of attempt.reads) get.batch.refused(key_index, STORE_CODE.RPC_FAIL);
        this.#attemptEnded(get);
      }
    });
  }

  #copyStaged(get: Get, attempt: ReadAttempt, owner: SimOwner, answer: DiskAnswer): void {
    const { loop, node_index } = this.#parts;
    const staged: { key_index: number; staging_offset: number }[] = [];
    for (const [i, { key_index }] of attempt.reads.entries()) {
      const object = present(answer.objects[i], "an owner answers every key");
      if (object.code === STORE_CODE.OK) staged.push({ key_index, staging_offset: object.staging_offset });
      else get.batch.refused(key_index, object.code);
    }
    if (staged.length === 0) {
      owner.releaseDisk(answer.read_id);
      this.#attemptEnded(get);
      return;
    }
    const remote = owner.node_index !== node_index;
    const { life, disk } = owner;
    this.#copy(owner.node_index, node_index, staged.length, () => {
      for (const { key_index, staging_offset } of staged) {
        const lost = !owner.alive || owner.life !== life || disk === null;
        const copy = lost
          ? "failed"
          : this.#take(get.effect, key_index, disk.staging, disk.stagedSlot(staging_offset));
        get.batch.copiedFromDisk(key_index, copy, loop.now_ns, answer.expires_ns, remote);
      }
      owner.releaseDisk(answer.read_id);
      this.#attemptEnded(get);
    });
  }

  /** The bytes of one object into the engine's block, whatever they are; and what checking them says. */
  #take(effect: EffectOf<"get">, key_index: number, from: BlockContents, slot: number) {
    const block_id = present(effect.block_ids[key_index], "a get names a block for every key");
    const hash = present(effect.hashes[key_index], "a get names a hash for every key");
    this.#parts.hbm.write(block_id, from.hash(slot), from.version(slot));
    return from.verify(slot, hash, effect.weights_version);
  }

  #writeAll(effect: EffectOf<"put">, batch: PutBatch, groups: readonly WriteGroup[], done: () => void): void {
    let open = groups.length;
    if (open === 0) done();
    for (const group of groups) {
      this.#writeGroup(effect, batch, group, () => {
        open--;
        if (open === 0) done();
      });
    }
  }

  #writeGroup(effect: EffectOf<"put">, batch: PutBatch, group: WriteGroup, done: () => void): void {
    const { owners, node_index, hbm, object_bytes } = this.#parts;
    const owner = present(owners.get(group.segment_name), "the master names segments of this stack");
    const { life } = owner;
    this.#copy(node_index, owner.node_index, group.writes.length, () => {
      if (!owner.alive || owner.life !== life) {
        for (const { key_index } of group.writes) batch.writeFailed(key_index, STORE_CODE.TRANSFER_FAIL);
        done();
        return;
      }
      for (const { key_index, segment_offset } of group.writes) {
        const block_id = present(effect.block_ids[key_index], "a put names a block for every key");
        owner.contents.write(owner.slot(segment_offset), hbm.hash(block_id), hbm.version(block_id));
      }
      const keys = group.writes.length;
      this.#counters.countPutCopies(owner.node_index === node_index, keys, keys * object_bytes);
      done();
    });
  }

  #finishPut(effect: EffectOf<"put">, batch: PutBatch, done: (codes: readonly number[]) => void): void {
    const { master, client_id } = this.#parts;
    const keysOf = (indices: readonly number[]): string[] =>
      indices.map((i) => present(effect.keys[i], "an object of a put has a key"));
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

  /** One copy of each object of a group, at once: all are there when the last is. */
  #copy(src_index: number, dst_index: number, objects: number, done: () => void): void {
    const { loop, fabric, object_bytes } = this.#parts;
    loop.at(
      fabric.transfer(src_index, dst_index, objects * object_bytes, objects, loop.now_ns),
      "copy",
      done,
    );
  }
}
