import type { ObjectKey } from "../../domain/object_key.ts";
import type { Row } from "./object_row.ts";

/** A task that the owner has and has not answered. */
export interface HandedTask {
  readonly row: Row;
  readonly expires_ns: number;
}

/** The master's view of one owner's disk tier. Outlives mounts, so that a wipe reaches an owner that was away. */
export interface OwnerDisk {
  readonly segment_name: string;
  /** In order of arrival. */
  readonly queued: Set<Row>;
  readonly handed: Map<ObjectKey, HandedTask>;
  /** The next heartbeat tells the owner to delete every bucket; until then its disk counts as empty. */
  wipe_pending: boolean;
  capacity_bytes: number;
}
