// Keys laid end to end in one text, as a batch of them crosses the wire: who only looks them up needs no string for each.

import type { BlockKeyBatch } from "./block_key_batch.ts";
import type { ObjectKey } from "./object_key.ts";

export interface JoinedKeys {
  readonly text: string;
  /** [keys + 1], ascending: key i is the text from bounds[i] to bounds[i + 1], in UTF-16 units. */
  readonly bounds: readonly number[];
}

/** Keys to look up, in any form. */
export type KeyBatch = readonly ObjectKey[] | JoinedKeys | BlockKeyBatch;

export function isJoined(keys: KeyBatch): keys is JoinedKeys {
  return "bounds" in keys;
}

export function isOfBlocks(keys: KeyBatch): keys is BlockKeyBatch {
  return "spaces" in keys;
}
