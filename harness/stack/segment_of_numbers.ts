// A segment for a master that is driven without owners: space to hand out, and no memory behind it.

import type { SegmentInfo } from "../domain/replica.ts";

export function segmentOfNumbers(
  segment_name: string,
  segment_bytes: number,
  generation: number,
): SegmentInfo {
  return {
    segment_name,
    node: segment_name.split(":")[0] ?? segment_name,
    segment_bytes,
    shm_path: "",
    generation,
    owner_address: "",
    enable_offload: false,
    fabric_keys: null,
  };
}
