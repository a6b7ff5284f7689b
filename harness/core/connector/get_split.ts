// Splitting one load into GETs that fit the staging buffer of a disk-tier owner
// (spec: vllm_mooncake_store_connector.md §1.5). Order is kept; the GETs run one after the other.

import { assert } from "../../domain/assert.ts";
import { connectorTraits } from "../../domain/connector_profile.ts";
import type { SplitTrigger } from "../../domain/factor_levels.ts";
import type { ConnectorConfig } from "./connector_config.ts";

const DIRECT_IO_ALIGNMENT = 4096;
const DIRECT_IO_PADDING_BYTES = 8192;
/** count_or_bytes allows one GET this part of the keys. */
const KEY_CAP_RATIO = 0.9;

export type GetSplit =
  /** ends[i] is one past the last key of GET i, ascending; the last is the number of keys. */
  | { readonly ok: true; readonly ends: readonly number[] }
  /** A key that no GET can stage; the whole load is given up. */
  | { readonly ok: false; readonly key_index: number; readonly required_bytes: number };

export interface SplitRule {
  readonly trigger: SplitTrigger;
  /** Raw staging budget; null: GETs are not limited. */
  readonly budget_bytes: number | null;
  readonly usable_ratio: number;
}

/** `bytes` plans only where there is a budget, `count_or_bytes` always, `none` never. */
export function splitRule(config: ConnectorConfig): SplitRule {
  const has_budget = config.enable_offload || connectorTraits(config.profile).budget_without_offload;
  const limited =
    config.split_trigger === "count_or_bytes" || (config.split_trigger === "bytes" && has_budget);
  return {
    trigger: config.split_trigger,
    budget_bytes: limited ? config.staging_bytes : null,
    usable_ratio: config.staging_usable_ratio,
  };
}

/** key_sizes[i]: bytes of key i. */
export function splitGet(key_sizes: readonly number[], rule: SplitRule): GetSplit {
  const keys = key_sizes.length;
  assert(keys > 0, "a load has at least one key");
  if (rule.budget_bytes === null || rule.trigger === "none") return { ok: true, ends: [keys] };
  const usable_bytes = usableBytes(rule.budget_bytes, rule.usable_ratio);
  const key_limit = rule.trigger === "count_or_bytes" ? keyCap(keys) : keys;
  const total_bytes = key_sizes.reduce((sum, bytes) => sum + stagingBytes(bytes), 0);
  if (total_bytes <= usable_bytes && keys <= key_limit) return { ok: true, ends: [keys] };
  return splitGreedily(key_sizes, rule.budget_bytes, usable_bytes, key_limit);
}

function splitGreedily(
  key_sizes: readonly number[],
  budget_bytes: number,
  usable_bytes: number,
  key_limit: number,
): GetSplit {
  const ends: number[] = [];
  let batch_keys = 0;
  let batch_bytes = 0;
  const flushBefore = (index: number): void => {
    if (batch_keys > 0) ends.push(index);
    batch_keys = 0;
    batch_bytes = 0;
  };
  for (const [index, size] of key_sizes.entries()) {
    const key_bytes = stagingBytes(size);
    if (key_bytes > budget_bytes) return { ok: false, key_index: index, required_bytes: key_bytes };
    // A key over the usable part but within the budget travels alone.
    if (batch_bytes + key_bytes > usable_bytes || batch_keys >= key_limit) flushBefore(index);
    batch_keys++;
    batch_bytes += key_bytes;
  }
  flushBefore(key_sizes.length);
  return { ok: true, ends };
}

/** Staging bytes of one key whose value, gathered or not, has `bytes`. */
export function stagingBytes(bytes: number): number {
  return Math.ceil(bytes / DIRECT_IO_ALIGNMENT) * DIRECT_IO_ALIGNMENT + DIRECT_IO_PADDING_BYTES;
}

export function usableBytes(budget_bytes: number, usable_ratio: number): number {
  return Math.max(1, Math.floor(budget_bytes * usable_ratio));
}

/** Below the number of keys from two keys on, so count_or_bytes always splits two keys or more. */
export function keyCap(keys: number): number {
  return Math.max(1, Math.floor(keys * KEY_CAP_RATIO));
}
