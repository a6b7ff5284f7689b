// One GET of the live store client. What is tried, in which order and what an ending means is core/connector's GetBatch; here
// the master is asked, owners read disk objects, and bytes are copied natively, everything of one attempt at the same time.

import { GetBatch, type ReadAttempt } from "../core/connector/get_batch.ts";
import type { GetOutcome } from "../core/connector/store_api.ts";
import { assert, present } from "../domain/assert.ts";
import type { GetOrder } from "../domain/factor_levels.ts";
import type { ReplicaList } from "../domain/master_api.ts";
import type { SegmentInfo } from "../domain/replica.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { msToNs } from "../domain/units.ts";
import type { MasterTypes } from "../wire/master_codec.ts";
import type { RpcClient } from "../wire/rpc_client.ts";
import { copyEnd } from "./copy_end.ts";
import type { OwnerReads } from "./owner/owner_reads.ts";
import type { GetItem } from "./store_items.ts";
import { copyIn, type TransferParts } from "./store_transfer.ts";

export interface GetParts extends TransferParts {
  readonly master: RpcClient<MasterTypes>;
  readonly owner_reads: OwnerReads;
  readonly get_order: GetOrder;
}

/** `items` are of one size. */
export async function getBatch(parts: GetParts, items: readonly GetItem[]): Promise<readonly GetOutcome[]> {
  const object_bytes = present(items[0], "a get has items").bytes;
  assert(
    items.every(({ bytes }) => bytes === object_bytes),
    "the objects of a get are of one size",
  );
  const batch = new GetBatch(object_bytes, parts.node, parts.plane.now_ns(), parts.get_order);
  const reply = await parts.master.call("batch_get_replicas", { keys: items.map(({ key }) => key) });
  if (!reply.ok) {
    batch.notLocated(items.length, reply.error.code);
    return batch.outcomes();
  }
  const { objects } = reply.value;
  assert(objects.length === items.length, "the master answers every key");
  batch.located(objects);
  for (;;) {
    const segments = await locate(parts, objects);
    const attempts = batch.nextAttempts((name) => nodeOrCode(segments.get(name)));
    if (attempts.length === 0) return batch.outcomes();
    await Promise.all(
      attempts.map((attempt) => {
        const segment = present(segments.get(attempt.segment_name), "an attempt names a located segment");
        assert(typeof segment !== "number", "an attempt names a segment that is there");
        return attempt.tier === "disk"
          ? readDisk(parts, batch, items, segment, attempt)
          : readMemory(parts, batch, items, segment, attempt);
      }),
    );
  }
}

/** Every segment that the replicas name, or the code of why it is not known. */
async function locate(
  { directory }: GetParts,
  objects: readonly ReplicaList[],
): Promise<ReadonlyMap<string, SegmentInfo | number>> {
  const segments = new Map<string, SegmentInfo | number>();
  for (const { replicas } of objects) {
    for (const { segment_name } of replicas) {
      if (segments.has(segment_name)) continue;
      const found = await directory.find(segment_name);
      segments.set(segment_name, found.ok ? found.value : found.error);
    }
  }
  return segments;
}

function nodeOrCode(segment: SegmentInfo | number | undefined): string | number {
  return typeof segment === "object" ? segment.node : (segment ?? STORE_CODE.SEGMENT_NOT_FOUND);
}

async function readMemory(
  parts: GetParts,
  batch: GetBatch,
  items: readonly GetItem[],
  segment: SegmentInfo,
  { generation, reads }: ReadAttempt,
): Promise<void> {
  const transfers = reads.map(({ key_index, segment_offset }) => ({
    item: present(items[key_index], "a read has an item"),
    segment_offset,
  }));
  const results = await copyIn(parts, segment, "segment", generation, transfers);
  const remote = segment.node !== parts.node;
  for (const [i, { key_index }] of reads.entries()) {
    if (typeof results === "number") batch.refused(key_index, results);
    else {
      const result = present(results[i], "one result a copy");
      batch.copied(key_index, copyEnd(result), result.end_ns, "cpu", remote);
    }
  }
}

async function readDisk(
  parts: GetParts,
  batch: GetBatch,
  items: readonly GetItem[],
  segment: SegmentInfo,
  { reads }: ReadAttempt,
): Promise<void> {
  const asked_ns = parts.plane.now_ns();
  const read_items = reads.map(({ key_index }) => present(items[key_index], "a read has an item"));
  const staged = await parts.owner_reads.read(
    segment,
    read_items.map(({ key }) => key),
  );
  if (!staged.ok) {
    for (const { key_index } of reads) batch.refused(key_index, staged.error.code);
    return;
  }
  const { objects, lease_ttl_ms, batch_id } = staged.value;
  const arrived: { key_index: number; item: GetItem; segment_offset: number }[] = [];
  for (const [i, { key_index }] of reads.entries()) {
    const object = present(objects[i], "the owner answers every key");
    const item = present(read_items[i], "a read has an item");
    if (object.code !== STORE_CODE.OK) batch.refused(key_index, object.code);
    else if (object.bytes !== item.bytes) batch.refused(key_index, STORE_CODE.INVALID_PARAMS);
    else arrived.push({ key_index, item, segment_offset: object.staging_offset });
  }
  const results = arrived.length === 0 ? [] : await copyIn(parts, segment, "staging", null, arrived);
  parts.owner_reads.release(segment, batch_id);
  const remote = segment.node !== parts.node;
  const staging_end_ns = asked_ns + msToNs(lease_ttl_ms);
  for (const [i, { key_index }] of arrived.entries()) {
    if (typeof results === "number") batch.refused(key_index, results);
    else {
      const result = present(results[i], "one result a copy");
      batch.copiedFromDisk(key_index, copyEnd(result), result.end_ns, staging_end_ns, remote);
    }
  }
}
