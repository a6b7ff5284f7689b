// Names of objects in the store. One KV block of one rank is one object.
// Format of vLLM's MooncakeStoreConnector (spec: vllm_mooncake_store_connector.md §1.2).

import { type BlockHash, blockHashHex } from "./block_hash.ts";

export type ObjectKey = string;

/** Longest key the store accepts, in UTF-8 bytes. */
export const MAX_KEY_BYTES = 1024;

export interface KeyNamespace {
  /** Separates caches that must not be shared (dtype, tenant); "" for none. */
  readonly cache_prefix: string;
  /** Model id; only its last path part is used. */
  readonly model: string;
  readonly tp_rank: number;
  readonly pp_rank: number;
  /** vllm_2026_08 puts `@group:<g>` before the hash, vllm_2026_05 does not. */
  readonly group: number | null;
}

/** Everything of a key before the hash, ending in "@". */
export function keyPrefix(namespace: KeyNamespace): string {
  const model = modelName(namespace.model);
  const cache = namespace.cache_prefix === "" ? "" : `${namespace.cache_prefix}@`;
  const group = namespace.group === null ? "" : `@group:${namespace.group}`;
  return `${cache}${model}@tp_rank:${namespace.tp_rank}@pcp0@dcp0@pp_rank:${namespace.pp_rank}${group}@`;
}

export function blockObjectKey(prefix: string, hash: BlockHash): ObjectKey {
  return prefix + blockHashHex(hash);
}

/** Of the shards of one block, whatever their ranks (vLLM's enable_group_semantics). */
export function blockGroupId({ cache_prefix, model }: KeyNamespace, hash: BlockHash): string {
  const cache = cache_prefix === "" ? "" : `${cache_prefix}@`;
  return `vllm-mooncake-store:${cache}${modelName(model)}@${blockHashHex(hash)}`;
}

function modelName(model: string): string {
  return model.replace(/\/+$/, "").split("/").at(-1) ?? "";
}
