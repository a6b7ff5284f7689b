// Copies of a PUT by the mount that they go into: those of one group are one native call.

import { copiesToWrite } from "../core/connector/put_batch.ts";
import { present } from "../domain/assert.ts";
import type { PutTarget } from "../domain/master_api.ts";
import type { MemoryReplica } from "../domain/replica.ts";
import type { PutItem } from "./store_items.ts";
import type { Transfer } from "./store_transfer.ts";

export interface WriteGroup {
  readonly segment_name: string;
  readonly generation: number;
  readonly writes: ObjectWrite[];
}

interface ObjectWrite extends Transfer<PutItem> {
  /** Into the items of the PUT. */
  readonly key_index: number;
}

/** targets: [items] */
export function groupWrites(items: readonly PutItem[], targets: readonly PutTarget[]): readonly WriteGroup[] {
  const groups: WriteGroup[] = [];
  for (const [key_index, target] of targets.entries()) {
    const item = present(items[key_index], "a write has an item");
    for (const replica of copiesToWrite(target)) {
      groupOf(groups, replica).writes.push({ key_index, item, segment_offset: replica.offset });
    }
  }
  return groups;
}

/** The group of the replica's mount, begun when it is new; that of the last object comes first, being the likeliest. */
function groupOf(groups: WriteGroup[], { segment_name, generation }: MemoryReplica): WriteGroup {
  for (let i = groups.length - 1; i >= 0; i--) {
    const known = groups[i] as WriteGroup;
    if (known.segment_name === segment_name && known.generation === generation) return known;
  }
  const group: WriteGroup = { segment_name, generation, writes: [] };
  groups.push(group);
  return group;
}
