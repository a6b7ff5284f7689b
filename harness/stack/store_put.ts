// One PUT of the live store client. Which copies are written, which objects become readable and which are given up is
// core/connector's PutBatch; here the master is asked and bytes are copied natively, to all segments at the same time.

import { PutBatch } from "../core/connector/put_batch.ts";
import type { RequesterCounters } from "../core/connector/requester_counters.ts";
import { assert, present } from "../domain/assert.ts";
import type { ClientId } from "../domain/master_api.ts";
import type { ReplicateConfig } from "../domain/replica.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { MasterTypes } from "../wire/master_codec.ts";
import type { RpcClient } from "../wire/rpc_client.ts";
import type { PutItem } from "./store_items.ts";
import { copyOut, type TransferParts, transferCode } from "./store_transfer.ts";
import { groupWrites, type WriteGroup } from "./write_groups.ts";

export interface PutParts extends TransferParts {
  readonly master: RpcClient<MasterTypes>;
  readonly client_id: ClientId;
  readonly counters: RequesterCounters;
}

/** [items]: 0 stored, or why not. */
export async function putBatch(
  parts: PutParts,
  items: readonly PutItem[],
  config: ReplicateConfig,
): Promise<readonly number[]> {
  const batch = new PutBatch();
  const objects = items.map(({ key, bytes }) => ({ key, bytes }));
  const reply = await parts.master.call("batch_put_start", { client_id: parts.client_id, objects, config });
  if (reply.ok) {
    const { objects: targets } = reply.value;
    assert(targets.length === items.length, "the master answers every object");
    batch.started(targets);
    await Promise.all(groupWrites(items, targets).map((group) => writeGroup(parts, batch, group)));
    await finish(parts, batch, items);
  } else {
    batch.notStarted(items.length, reply.error.code);
  }
  const codes = batch.codes();
  parts.counters.countPuts(codes, batch.existing());
  return codes;
}

async function writeGroup(
  parts: PutParts,
  batch: PutBatch,
  { segment_name, generation, writes }: WriteGroup,
): Promise<void> {
  const segment = await parts.directory.findMount(segment_name, generation);
  const results = segment.ok ? await copyOut(parts, segment.value, generation, writes) : segment.error;
  const is_local = segment.ok && segment.value.node === parts.node;
  for (const [i, { key_index, item }] of writes.entries()) {
    const code =
      typeof results === "number" ? results : transferCode(present(results[i], "one result a copy"));
    if (code !== STORE_CODE.OK) batch.writeFailed(key_index, code);
    else parts.counters.countPutCopies(is_local, 1, item.bytes);
  }
}

/** Objects whose copies are all written become readable; the space of the others is given back. */
async function finish(parts: PutParts, batch: PutBatch, items: readonly PutItem[]): Promise<void> {
  const { master, client_id } = parts;
  const to_end = batch.toEnd();
  const to_revoke = batch.toRevoke();
  const keysOf = (some: readonly number[]): string[] =>
    some.map((key_index) => present(items[key_index], "a put key has an item").key);
  const [ended] = await Promise.all([
    to_end.length === 0 ? null : master.call("batch_put_end", { client_id, keys: keysOf(to_end) }),
    to_revoke.length === 0 ? null : master.call("batch_put_revoke", { client_id, keys: keysOf(to_revoke) }),
  ]);
  if (ended === null) return;
  batch.ended(to_end, ended.ok ? ended.value.codes : to_end.map(() => ended.error.code));
}
