// Switches of the store connector, named as the systems name them (spec: vllm_mooncake_store_connector.md).

import type { ConnectorProfile } from "../../domain/connector_profile.ts";
import type { GetOrder, SplitTrigger } from "../../domain/factor_levels.ts";
import type { KeyNamespace } from "../../domain/object_key.ts";

export interface ConnectorConfig {
  readonly profile: ConnectorProfile;
  /** kv_producer and kv_both save; all load. */
  readonly kv_role: "kv_producer" | "kv_consumer" | "kv_both";
  readonly enable_lookup: boolean;
  readonly load_async: boolean;
  /** Off: the engine plans nothing while a lookup is out, as vLLM's scheduler waits for the reply. */
  readonly lookup_async: boolean;
  /** One for each of a block's different shards, which are objects of their own. */
  readonly namespaces: readonly KeyNamespace[];
  /** Ranks of one namespace: they hold the same KV heads, all read its objects, and take turns in putting them. */
  readonly put_step: number;
  readonly lookup_ranks: "rank0" | "min_over_ranks";
  readonly get_order: GetOrder;
  readonly split_trigger: SplitTrigger;
  readonly enable_offload: boolean;
  /** What a load's GETs are planned with, an owner's staging buffer as far as is known; and the part that one GET may use. */
  readonly staging_bytes: number;
  readonly staging_usable_ratio: number;
  /** Null: no preference. */
  readonly preferred_segment: string | null;
  readonly replica_num: number;
  /** The shards of a block are one group, which the store evicts whole (vLLM's enable_group_semantics). */
  readonly group_semantics: boolean;
  /** Loads queue behind saves on one executor, or each has its own. */
  readonly executors: "shared" | "separate";
  readonly min_load_tokens: number;
  /** Tokens saved and loaded together, a multiple of the engine's block: one block in vLLM, 256 tokens in LMCache. */
  readonly chunk_tokens: number;
  readonly unaligned_handoff: boolean;
  /** A wipe of the store that fails: crash makes the reset fail, fallback makes the engine go on without the store. */
  readonly on_reset_failure: "crash" | "fallback";
  /** vLLM's VLLM_MOONCAKE_STORE_TIER_LOG. */
  readonly tier_log: boolean;
}
