// One PUT batch: space from the master, copies to every replica, then end or revoke of each object.
// An object that exists already counts as stored: objects are immutable, so its bytes are the same.

import { present } from "../domain/assert.ts";
import type { ClientId, PutTarget } from "../domain/master_api.ts";
import type { ReplicateConfig } from "../domain/replica.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import type { MasterTypes } from "../wire/master_codec.ts";
import type { RpcClient } from "../wire/rpc_client.ts";
import type { StoreCounters } from "./store_counters.ts";
import type { PutItem } from "./store_items.ts";
import { copyOut, type Transfer, type TransferParts, transferCode } from "./store_transfer.ts";

export interface PutParts extends TransferParts {
  readonly master: RpcClient<MasterTypes>;
  readonly client_id: ClientId;
  readonly counters: StoreCounters;
}

/** One object on its way; `code` is 0 while nothing went wrong. */
interface Write {
  readonly item: PutItem;
  readonly target: PutTarget;
  code: number;
}

export async function putBatch(
  parts: PutParts,
  items: readonly PutItem[],
  config: ReplicateConfig,
): Promise<readonly number[]> {
  const objects = items.map(({ key, bytes }) => ({ key, bytes }));
  const reply = await parts.master.call("batch_put_start", { client_id: parts.client_id, objects, config });
  if (!reply.ok) return items.map(() => reply.error.code);
  const writes = items.map((item, i): Write => {
    const target = present(reply.value.objects[i], "the master answers every object");
    return { item, target, code: target.code };
  });
  const started = writes.filter((write) => write.code === STORE_CODE.OK);
  await copyToSegments(parts, started);
  await finish(parts, started);
  return writes.map(({ code }) => {
    if (code !== STORE_CODE.OBJECT_ALREADY_EXISTS) return code;
    parts.counters.countExistingPut();
    return STORE_CODE.OK;
  });
}

async function copyToSegments(parts: PutParts, writes: readonly Write[]): Promise<void> {
  const batches = new Map<string, { readonly write: Write; readonly transfer: Transfer<PutItem> }[]>();
  for (const write of writes) {
    for (const { segment_name, offset } of write.target.replicas) {
      const batch = batches.get(segment_name) ?? [];
      batch.push({ write, transfer: { item: write.item, segment_offset: offset } });
      batches.set(segment_name, batch);
    }
  }
  await Promise.all([...batches].map(([segment_name, batch]) => copyToSegment(parts, segment_name, batch)));
}

async function copyToSegment(
  parts: PutParts,
  segment_name: string,
  batch: readonly { readonly write: Write; readonly transfer: Transfer<PutItem> }[],
): Promise<void> {
  const segment = await parts.directory.find(segment_name);
  const results = segment.ok
    ? await copyOut(
        parts,
        segment.value,
        batch.map(({ transfer }) => transfer),
      )
    : segment.error;
  batch.forEach(({ write }, i) => {
    const code = typeof results === "number" ? results : transferCode(present(results[i], "one a copy"));
    if (code !== STORE_CODE.OK) write.code = code;
    else parts.counters.countPutCopy(segment.ok && segment.value.node === parts.node, write.item.bytes);
  });
}

/** Objects whose copies are all written become readable; the space of the others is given back. */
async function finish(parts: PutParts, writes: readonly Write[]): Promise<void> {
  const { master, client_id } = parts;
  const written = writes.filter((write) => write.code === STORE_CODE.OK);
  const failed = writes.filter((write) => write.code !== STORE_CODE.OK);
  const keysOf = (some: readonly Write[]): string[] => some.map(({ item }) => item.key);
  const [ended] = await Promise.all([
    written.length === 0 ? null : master.call("batch_put_end", { client_id, keys: keysOf(written) }),
    failed.length === 0 ? null : master.call("batch_put_revoke", { client_id, keys: keysOf(failed) }),
  ]);
  written.forEach((write, i) => {
    if (ended === null) return;
    write.code = ended.ok ? present(ended.value.codes[i], "one code a key") : ended.error.code;
  });
}
