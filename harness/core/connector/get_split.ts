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
  /** The last GET has what is left. */
  | { readonly ok: true; readonly keys_per_get: number }
  /** No GET can stage a key; the whole load is given up. */
  | { readonly ok: false; readonly required_bytes: number };

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

/** All keys of a load have `object_bytes`. */
export function splitGet(keys: number, object_bytes: number, rule: SplitRule): GetSplit {
  assert(keys > 0, "a load has at least one key");
  if (rule.budget_bytes === null || rule.trigger === "none") return { ok: true, keys_per_get: keys };
  const required_bytes = stagingBytes(object_bytes);
  if (required_bytes > rule.budget_bytes) return { ok: false, required_bytes };
  const key_limit = rule.trigger === "count_or_bytes" ? keyCap(keys) : keys;
  const usable_keys = Math.floor(usableBytes(rule.budget_bytes, rule.usable_ratio) / required_bytes);
  // A key over the usable part but within the budget travels alone.
  return { ok: true, keys_per_get: Math.max(1, Math.min(usable_keys, key_limit)) };
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
