import type { ClientId } from "../../domain/master_api.ts";
import type { SegmentInfo } from "../../domain/replica.ts";
import type { SegmentSpace } from "./segment_space.ts";

/** A segment between mount and unmount. A later mount of the same name is another MountedSegment. */
export interface MountedSegment {
  readonly info: SegmentInfo;
  readonly client_id: ClientId;
  readonly space: SegmentSpace;
  /** Bytes of the disk copies that its owner holds, as far as the master knows. */
  disk_bytes: number;
}
