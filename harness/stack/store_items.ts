// One key of a get or a put: the object and the range of registered memory that its bytes go to or come from.

import type { BlockIdentity, Region } from "../../native/ffi/data_plane.ts";
import type { ObjectKey } from "../domain/object_key.ts";

export interface PutItem {
  readonly key: ObjectKey;
  readonly region: Region;
  readonly offset: number;
  readonly bytes: number;
}

export interface GetItem extends PutItem {
  /** What the bytes must be; null skips the check. */
  readonly identity: BlockIdentity | null;
}
