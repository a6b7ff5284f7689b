// One GET batch: replicas from the master, then copies from segments and from owners' staging buffers, everything that
// can run at the same time at the same time. Every object is tried at its replicas in the order of preference
// (local memory, remote memory, disk) until one answers.

import type { OpResult } from "../../native/ffi/data_plane.ts";
import type { GetOutcome } from "../core/engine/engine_api.ts";
import { assert, present } from "../domain/assert.ts";
import type { ReplicaList } from "../domain/master_api.ts";
import type { ReplicaDescriptor, SegmentInfo } from "../domain/replica.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { StoreTier } from "../domain/tier.ts";
import { msToNs } from "../domain/units.ts";
import type { MasterTypes } from "../wire/master_codec.ts";
import type { RpcClient } from "../wire/rpc_client.ts";
import type { OwnerReads } from "./owner_reads.ts";
import type { GetItem } from "./store_items.ts";
import { copyIn, type Transfer, type TransferParts, transferCode } from "./store_transfer.ts";

export interface GetParts extends TransferParts {
  readonly master: RpcClient<MasterTypes>;
  readonly owner_reads: OwnerReads;
}

/** One object on its way: where it may still be read from, and how the last attempt ended. */
interface Read {
  readonly item: GetItem;
  readonly lease_end_ns: number;
  readonly untried: ReplicaDescriptor[];
  outcome: GetOutcome;
}

export async function getBatch(parts: GetParts, items: readonly GetItem[]): Promise<readonly GetOutcome[]> {
  const asked_ns = parts.plane.now_ns();
  const reply = await parts.master.call("batch_get_replicas", { keys: items.map(({ key }) => key) });
  if (!reply.ok) return items.map(() => failure(reply.error.code));
  const { objects } = reply.value;
  assert(objects.length === items.length, "the master answers every key");
  const reads = items.map((item, i) => startRead(item, present(objects[i], "one answer a key"), asked_ns));
  for (;;) {
    const open = reads.filter((read) => read.outcome.code < 0 && read.untried.length > 0);
    if (open.length === 0) return reads.map((read) => read.outcome);
    await tryNextReplicas(parts, open);
  }
}

/** On the plane's time base, as the ends of copies are. The lease counts from before the question, so that it never ends later here than at the master. */
function startRead(item: GetItem, object: ReplicaList, asked_ns: number): Read {
  return {
    item,
    lease_end_ns: asked_ns + msToNs(object.lease_ttl_ms),
    untried: object.code === STORE_CODE.OK ? [...object.replicas] : [],
    outcome: failure(object.code === STORE_CODE.OK ? STORE_CODE.INVALID_REPLICA : object.code),
  };
}

async function tryNextReplicas(parts: GetParts, reads: readonly Read[]): Promise<void> {
  const names = new Set(reads.flatMap((read) => read.untried.map((replica) => replica.segment_name)));
  const segments = new Map<string, SegmentInfo>();
  const lost = new Map<string, number>();
  for (const name of names) {
    const found = await parts.directory.find(name);
    if (found.ok) segments.set(name, found.value);
    else lost.set(name, found.error);
  }
  const batches = new Map<string, { readonly read: Read; readonly replica: ReplicaDescriptor }[]>();
  for (const read of reads) {
    const replica = takeBest(read, parts.node, segments);
    const missing = lost.get(replica.segment_name);
    if (missing !== undefined) read.outcome = failure(missing);
    else push(batches, `${replica.tier} ${replica.segment_name}`, { read, replica });
  }
  await Promise.all(
    [...batches.values()].map((batch) => {
      const { tier, segment_name } = present(batch[0], "a batch has a read").replica;
      const segment = present(segments.get(segment_name), "the segment was found");
      return tier === "disk" ? readDisk(parts, segment, batch) : readMemory(parts, segment, batch);
    }),
  );
}

function takeBest(read: Read, node: string, segments: ReadonlyMap<string, SegmentInfo>): ReplicaDescriptor {
  const rank = (replica: ReplicaDescriptor): number => {
    if (replica.tier === "disk") return 2;
    return segments.get(replica.segment_name)?.node === node ? 0 : 1;
  };
  read.untried.sort((a, b) => rank(a) - rank(b));
  return present(read.untried.shift(), "an open read has a replica");
}

async function readMemory(
  parts: GetParts,
  segment: SegmentInfo,
  batch: readonly { readonly read: Read; readonly replica: ReplicaDescriptor }[],
): Promise<void> {
  const transfers: Transfer<GetItem>[] = batch.map(({ read, replica }) => {
    assert(replica.tier === "cpu", "a memory batch holds memory replicas");
    return { item: read.item, segment_offset: replica.offset };
  });
  const results = await copyIn(parts, segment, "segment", transfers);
  const remote = segment.node !== parts.node;
  batch.forEach(({ read }, i) => {
    read.outcome =
      typeof results === "number"
        ? failure(results)
        : copied(read.item, present(results[i], "one result a copy"), read.lease_end_ns, "cpu", remote);
  });
}

async function readDisk(
  parts: GetParts,
  segment: SegmentInfo,
  batch: readonly { readonly read: Read }[],
): Promise<void> {
  const asked_ns = parts.plane.now_ns();
  const staged = await parts.owner_reads.read(
    segment,
    batch.map(({ read }) => read.item.key),
  );
  if (!staged.ok) {
    for (const { read } of batch) read.outcome = failure(staged.error.code);
    return;
  }
  const { objects, lease_ttl_ms, batch_id } = staged.value;
  const arrived: { readonly read: Read; readonly segment_offset: number }[] = [];
  batch.forEach(({ read }, i) => {
    const object = present(objects[i], "the owner answers every key");
    if (object.code !== STORE_CODE.OK) read.outcome = failure(object.code);
    else if (object.bytes !== read.item.bytes) read.outcome = failure(STORE_CODE.INVALID_PARAMS);
    else arrived.push({ read, segment_offset: object.staging_offset });
  });
  const transfers = arrived.map(({ read, segment_offset }) => ({ item: read.item, segment_offset }));
  const results = transfers.length === 0 ? [] : await copyIn(parts, segment, "staging", transfers);
  parts.owner_reads.release(segment, batch_id);
  const remote = segment.node !== parts.node;
  const lease_end_ns = asked_ns + msToNs(lease_ttl_ms);
  arrived.forEach(({ read }, i) => {
    read.outcome =
      typeof results === "number"
        ? failure(results)
        : copied(read.item, present(results[i], "one result a copy"), lease_end_ns, "disk", remote);
  });
}

/** A copy that ended after its lease may hold another object's bytes, whatever they verify as. */
function copied(
  item: GetItem,
  result: OpResult,
  lease_end_ns: number,
  tier: StoreTier,
  remote: boolean,
): GetOutcome {
  const code = transferCode(result);
  if (code === STORE_CODE.TRANSFER_FAIL) return failure(code);
  if (result.end_ns > lease_end_ns) return failure(STORE_CODE.LEASE_EXPIRED);
  if (code < 0) return failure(code);
  return { code: item.bytes, tier, remote, stale: result.code === "stale" };
}

function failure(code: number): GetOutcome {
  return { code, tier: null, remote: false, stale: false };
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
