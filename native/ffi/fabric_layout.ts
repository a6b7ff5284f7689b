// Where the fields of the fabric library's C structs lie, in bytes. Names, order and meaning: include/tierbench_fabric.h.

import { COMPLETION } from "./native_layout.ts";

export const FABRIC_SUBMISSION = {
  size_bytes: 64,
  kind: 0,
  region_id: 4,
  remote_id: 8,
  region_offset: 16,
  remote_offset: 24,
  bytes: 32,
  deadline_ns: 40,
  flags: 12,
  model_id: 48,
  weights_version: 52,
  hash_low: 56,
  hash_high: 60,
} as const;

export const FABRIC_OPTIONS = {
  size_bytes: 48,
  provider: 0,
  domain: 8,
  source: 16,
  beacon_host: 24,
  gid_index: 32,
  slot_count: 36,
  max_registered_bytes: 40,
} as const;

export const FABRIC_KEY_BYTES = 256;
export const FABRIC_ABI_VERSION = 3;

/** What tb_fabric_layout must write. */
export const FABRIC_LAYOUT: readonly number[] = [
  ...Object.values(FABRIC_SUBMISSION),
  ...Object.values(FABRIC_OPTIONS),
  ...Object.values(COMPLETION),
];
