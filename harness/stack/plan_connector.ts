// What an engine's store connector is configured with, from an arm's switches and the engine's place in the topology.

import type { ArmConfig } from "../config/arm_config.ts";
import { engineRanks } from "../config/engine_sizes.ts";
import { localSegmentName } from "../config/store_segments.ts";
import { usesDisk } from "../config/uses_disk.ts";
import { usesSharedStore } from "../config/uses_shared_store.ts";
import type { ConnectorConfig } from "../core/connector/connector_config.ts";
import { connectorTraits } from "../domain/connector_profile.ts";
import type { KeyNamespace } from "../domain/object_key.ts";
import type { ModelProfile } from "../domain/profile.ts";
import { namespaceCount } from "../domain/rank_layout.ts";
import type { EngineSpec, Topology } from "../domain/topology.ts";

export function planConnector(
  arm: ArmConfig,
  topology: Topology,
  engine: EngineSpec,
  model: ModelProfile,
): ConnectorConfig {
  const ranks = engineRanks(model, arm.engine);
  return {
    profile: arm.connector.profile,
    kv_role: engine.role === "decode" ? "kv_consumer" : "kv_both",
    enable_lookup: arm.connector.enable_lookup,
    load_async: arm.connector.load_async,
    lookup_async: arm.connector.lookup_async,
    namespaces: Array.from({ length: namespaceCount(ranks) }, (_, i) => keyNamespace(arm, i)),
    put_step: ranks.replication_factor,
    lookup_ranks: arm.connector.lookup_ranks,
    get_order: arm.connector.get_order,
    split_trigger: usesSharedStore(arm) ? arm.connector.split_trigger : "none",
    // Staging is an owner's; a native tier reads its files into its pool.
    enable_offload: usesDisk(arm) && usesSharedStore(arm),
    staging_bytes: arm.connector.staging_budget_bytes ?? arm.store.disk.staging_bytes,
    staging_usable_ratio: arm.connector.staging_usable_ratio,
    preferred_segment: preferredSegmentName(arm, topology, engine),
    replica_num: arm.store.replica_num,
    group_semantics: arm.connector.group_semantics,
    executors: arm.connector.executors,
    min_load_tokens: arm.connector.min_load_tokens,
    chunk_tokens: arm.connector.chunk_tokens ?? arm.engine.block_tokens,
    unaligned_handoff: arm.connector.unaligned_handoff,
    on_reset_failure: arm.connector.on_reset_failure,
    tier_log: arm.connector.tier_log,
  };
}

function preferredSegmentName(arm: ArmConfig, topology: Topology, { node }: EngineSpec): string | null {
  const { preferred_segment } = arm.connector;
  if (preferred_segment === "off") return null;
  return preferred_segment === "local" ? localSegmentName(arm, topology, node) : preferred_segment;
}

function keyNamespace({ connector, engine }: ArmConfig, tp_rank: number): KeyNamespace {
  const group = connectorTraits(connector.profile).keys_have_group ? 0 : null;
  return { cache_prefix: connector.cache_prefix, model: engine.model, tp_rank, pp_rank: 0, group };
}
