import type { ClientId } from "../../domain/master_api.ts";
import type { SegmentInfo } from "../../domain/replica.ts";
import type { SegmentSpace } from "./segment_space.ts";

/** A segment between mount and unmount. A later mount of the same name is another MountedSegment. */
export interface MountedSegment {
  // First what every put reads of the segment that it goes to.
  /** Of `info`. */
  readonly segment_name: string;
  readonly generation: number;
  readonly space: SegmentSpace;
  /** What records name it by, while there are any (numbered_mounts.ts), and how many there are. */
  number: number;
  named_by: number;
  readonly info: SegmentInfo;
  readonly client_id: ClientId;
  /** Bytes of the disk copies that its owner holds, as far as the master knows. */
  disk_bytes: number;
}
