// Where the fields of the C structs lie, in bytes; the library's own answer is compared with this when it is loaded.
// Names, order and meaning: include/tierbench.h.

export const SUBMISSION = {
  size_bytes: 128,
  kind: 0,
  flags: 4,
  region_id: 8,
  from_region_id: 12,
  file_id: 16,
  model_id: 20,
  weights_version: 24,
  hash_low: 28,
  hash_high: 32,
  offset: 40,
  from_offset: 48,
  file_offset: 56,
  bytes: 64,
  deadline_ns: 72,
} as const;

export const COMPLETION = {
  size_bytes: 32,
  slot: 0,
  code: 4,
  value: 8,
  end_ns: 16,
} as const;

export const ABI_VERSION = 1;

/** What tb_layout must write. */
export const LAYOUT: readonly number[] = [...Object.values(SUBMISSION), ...Object.values(COMPLETION)];
