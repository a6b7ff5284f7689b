// Where the fields of the fabric library's C structs lie, in bytes. Names, order and meaning: include/tierbench_fabric.h.

import { COMPLETION } from "./native_layout.ts";

export const RDMA_SUBMISSION = {
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

export const RDMA_OPTIONS = {
  size_bytes: 48,
  provider: 0,
  domain: 8,
  source: 16,
  beacon_host: 24,
  gid_index: 32,
  slot_count: 36,
  max_registered_bytes: 40,
} as const;

export const RDMA_KEY_BYTES = 256;
export const RDMA_ABI_VERSION = 2;

/** What tb_fabric_layout must write. */
export const RDMA_LAYOUT: readonly number[] = [
  ...Object.values(RDMA_SUBMISSION),
  ...Object.values(RDMA_OPTIONS),
  ...Object.values(COMPLETION),
];
