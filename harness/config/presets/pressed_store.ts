import { MIB } from "../../domain/units.ts";
import type { Preset } from "./preset.ts";

/** A store whose memory fills within a second, and whose disk keeps up with that. */
export const PRESSED_STORE: NonNullable<Preset["input"]["store"]> = {
  segment_bytes: 24 * MIB,
  // Puts need room again soon after a block was read.
  lease_ttl_ms: 1_000,
  disk: { heartbeat_ms: 200, bucket_bytes: 1 * MIB, bucket_keys: 16, staging_bytes: 16 * MIB },
};
