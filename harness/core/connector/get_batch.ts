// One GET of a requester, decided step by step: which copy of each object is tried next, and what each ending means. Pure:
// live and simulator ask the master, move the bytes and report how that went.
//
//   located(reply)      the master's answer: where the copies are, and how long they may be relied on
//   nextAttempts(…)     what to read now, everything in it at the same time; empty: the GET is over
//   copied / refused    the end of each read of an attempt
//
// What is read at the same time is the order's to say: all that a GET needs, or, as Mooncake's client does, first what is in
// memory and then one owner's disk after the other (kvcache-ai/Mooncake, mooncake-store real_client.cpp: batch_get_into).
//
// An object is tried at its copies in the order local memory, remote memory, disk, until one answers. A copy that ended
// after its lease may hold another object's bytes, whatever it verifies as.

import { assert, present } from "../../domain/assert.ts";
import type { GetOrder } from "../../domain/factor_levels.ts";
import type { ReplicaList } from "../../domain/master_api.ts";
import type { ReplicaDescriptor } from "../../domain/replica.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import type { StoreTier } from "../../domain/tier.ts";
import { msToNs } from "../../domain/units.ts";
import type { GetOutcome } from "./store_api.ts";

/** Reads that go together: from one segment's memory, or through the staging buffer of one segment's owner. */
export interface ReadAttempt {
  readonly tier: StoreTier;
  readonly segment_name: string;
  /** Of the mount that the copies are in: another one holds other bytes. Null on disk. */
  readonly generation: number | null;
  readonly reads: readonly AttemptedRead[];
}

export interface AttemptedRead {
  /** Into the keys of the GET. */
  readonly key_index: number;
  /** In the segment; 0 for a disk copy, whose place in the staging buffer the owner tells. */
  readonly segment_offset: number;
}

/** How a copy into the requester's memory ended. stale: the right block, of older weights. */
export type CopyEnd = "ok" | "stale" | "corrupt" | "failed";

/** Node of a segment, or the code of why it is not known. */
export type LocateSegment = (segment_name: string) => string | number;

interface OpenAttempt extends ReadAttempt {
  readonly reads: AttemptedRead[];
}

export class GetBatch {
  readonly #object_bytes: number;
  readonly #node: string;
  readonly #asked_ns: number;
  readonly #order: GetOrder;
  /** All three: [keys] */
  readonly #lease_ends_ns: number[] = [];
  readonly #untried: (readonly ReplicaDescriptor[])[] = [];
  readonly #outcomes: GetOutcome[] = [];
  /** Attempts whose turn has not come. */
  #waiting: readonly ReadAttempt[] = [];

  /** All objects of a GET have `object_bytes`; `node` is the requester's. The lease counts from the question. */
  constructor(object_bytes: number, node: string, asked_ns: number, order: GetOrder) {
    this.#object_bytes = object_bytes;
    this.#node = node;
    this.#asked_ns = asked_ns;
    this.#order = order;
  }

  located(objects: readonly ReplicaList[]): void {
    for (const object of objects) {
      const untried = object.code === STORE_CODE.OK ? this.#fitting(object.replicas) : NO_REPLICAS;
      this.#lease_ends_ns.push(this.#asked_ns + msToNs(object.lease_ttl_ms));
      this.#untried.push(untried);
      this.#outcomes.push(outcomeUntried(object, untried));
    }
  }

  /** The master was not reached. */
  notLocated(keys: number, code: number): void {
    for (let i = 0; i < keys; i++) {
      this.#lease_ends_ns.push(0);
      this.#untried.push(NO_REPLICAS);
      this.#outcomes.push(failure(code));
    }
  }

  /** What to read now. Everything read before has ended. */
  nextAttempts(locate: LocateSegment): readonly ReadAttempt[] {
    const attempts = this.#waiting.length > 0 ? this.#waiting : this.#takeAttempts(locate);
    if (this.#order === "together" || attempts.every(isInMemory)) {
      this.#waiting = NO_ATTEMPTS;
      return attempts;
    }
    return this.#takeTurn(attempts);
  }

  /** What is in memory, or the first disk; the others wait. */
  #takeTurn(attempts: readonly ReadAttempt[]): readonly ReadAttempt[] {
    const in_memory = attempts.filter(isInMemory);
    const turn = in_memory.length > 0 ? in_memory : attempts.slice(0, 1);
    this.#waiting = attempts.filter((attempt) => !turn.includes(attempt));
    return turn;
  }

  /** Takes the next copy of every object that has not arrived and has one left. */
  #takeAttempts(locate: LocateSegment): readonly ReadAttempt[] {
    const attempts: OpenAttempt[] = [];
    for (let key_index = 0; key_index < this.#outcomes.length; key_index++) {
      if ((this.#outcomes[key_index] as GetOutcome).code >= 0) continue;
      const replica = this.#takeNext(key_index, locate);
      if (replica === null) continue;
      const segment_offset = replica.tier === "cpu" ? replica.offset : 0;
      attemptOf(attempts, replica).reads.push({ key_index, segment_offset });
    }
    return attempts;
  }

  /** `remote`: it crossed a link. A disk copy's lease is the one of its staging slot. */
  copied(key_index: number, copy: CopyEnd, end_ns: number, tier: StoreTier, remote: boolean): void {
    const lease_end_ns = present(this.#lease_ends_ns[key_index], "a read that ends is one of the GET");
    this.#settle(key_index, copy, end_ns, lease_end_ns, tier, remote);
  }

  copiedFromDisk(
    key_index: number,
    copy: CopyEnd,
    end_ns: number,
    staging_end_ns: number,
    remote: boolean,
  ): void {
    this.#settle(key_index, copy, end_ns, staging_end_ns, "disk", remote);
  }

  refused(key_index: number, code: number): void {
    assert(code < 0, "a refusal has a reason");
    this.#end(key_index, failure(code));
  }

  /** [keys] */
  outcomes(): readonly GetOutcome[] {
    return this.#outcomes;
  }

  #settle(
    key_index: number,
    copy: CopyEnd,
    end_ns: number,
    lease_end_ns: number,
    tier: StoreTier,
    remote: boolean,
  ): void {
    if (copy === "failed") this.#end(key_index, failure(STORE_CODE.TRANSFER_FAIL));
    else if (end_ns > lease_end_ns) this.#end(key_index, failure(STORE_CODE.LEASE_EXPIRED));
    else if (copy === "corrupt") this.#end(key_index, failure(STORE_CODE.CHECKSUM_MISMATCH));
    else this.#end(key_index, { code: this.#object_bytes, tier, remote, stale: copy === "stale" });
  }

  #end(key_index: number, outcome: GetOutcome): void {
    assert(key_index < this.#outcomes.length, "a read that ends is one of the GET");
    this.#outcomes[key_index] = outcome;
  }

  /** Null: no copy is left; its segment not being known is how the read ends then. */
  #takeNext(key_index: number, locate: LocateSegment): ReplicaDescriptor | null {
    const untried = this.#untried[key_index] as readonly ReplicaDescriptor[];
    let best: ReplicaDescriptor | null = null;
    let best_rank = Number.POSITIVE_INFINITY;
    let unknown_code: number | null = null;
    for (const replica of untried) {
      const node = locate(replica.segment_name);
      if (typeof node === "number") {
        unknown_code = node;
        continue;
      }
      const rank = replica.tier === "disk" ? 2 : node === this.#node ? 0 : 1;
      if (rank >= best_rank) continue;
      best = replica;
      best_rank = rank;
    }
    if (best === null && unknown_code !== null) this.#outcomes[key_index] = failure(unknown_code);
    const is_last = best === null || untried.length === 1;
    this.#untried[key_index] = is_last ? NO_REPLICAS : without(untried, best);
    return best;
  }

  /** A copy of another size is not read: what lies behind it in its segment is another object's. */
  #fitting(replicas: readonly ReplicaDescriptor[]): readonly ReplicaDescriptor[] {
    // Nearly always all of them: then the list itself.
    for (const { bytes } of replicas)
      if (bytes !== this.#object_bytes) return ofSize(replicas, this.#object_bytes);
    return replicas;
  }
}

/** The attempt that reads where the replica is, begun when it is new; the last one is the likeliest. */
function attemptOf(attempts: OpenAttempt[], replica: ReplicaDescriptor): OpenAttempt {
  const { tier, segment_name } = replica;
  const generation = replica.tier === "cpu" ? replica.generation : null;
  for (let i = attempts.length - 1; i >= 0; i--) {
    const known = attempts[i] as OpenAttempt;
    if (known.segment_name !== segment_name || known.tier !== tier) continue;
    if (known.generation === generation) return known;
  }
  const attempt: OpenAttempt = { tier, segment_name, generation, reads: [] };
  attempts.push(attempt);
  return attempt;
}

function ofSize(replicas: readonly ReplicaDescriptor[], object_bytes: number): readonly ReplicaDescriptor[] {
  return replicas.filter(({ bytes }) => bytes === object_bytes);
}

function without(
  replicas: readonly ReplicaDescriptor[],
  taken: ReplicaDescriptor | null,
): readonly ReplicaDescriptor[] {
  return replicas.filter((replica) => replica !== taken);
}

function isInMemory({ tier }: ReadAttempt): boolean {
  return tier === "cpu";
}

/** How the read ends when none of its fitting copies can be tried. */
function outcomeUntried({ code, replicas }: ReplicaList, fitting: readonly ReplicaDescriptor[]): GetOutcome {
  if (code !== STORE_CODE.OK) return failure(code);
  return replicas.length > 0 && fitting.length === 0 ? OTHER_SIZE : NO_COPY;
}

const NO_ATTEMPTS: readonly ReadAttempt[] = [];
const NO_REPLICAS: readonly ReplicaDescriptor[] = [];
const OTHER_SIZE: GetOutcome = failure(STORE_CODE.INVALID_PARAMS);
const NO_COPY: GetOutcome = failure(STORE_CODE.INVALID_REPLICA);

function failure(code: number): GetOutcome {
  return { code, tier: null, remote: false, stale: false };
}
