// For tests of the connector and the engine: a small configuration, and outcomes in short words.

import type { BlockHash } from "../../domain/block_hash.ts";
import { keyStrings } from "../../domain/block_key_batch.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import type { ConnectorConfig } from "./connector_config.ts";
import type { GetOutcome, StoreEffect, StoreNotice } from "./store_api.ts";

export const FIXTURE_NAMESPACE = { cache_prefix: "", model: "m", tp_rank: 0, pp_rank: 0, group: 0 } as const;

export const FIXTURE_CONNECTOR: ConnectorConfig = {
  profile: "vllm_2026_08",
  kv_role: "kv_both",
  enable_lookup: true,
  load_async: true,
  lookup_async: true,
  namespaces: [FIXTURE_NAMESPACE],
  put_step: 1,
  lookup_ranks: "min_over_ranks",
  get_order: "together",
  split_trigger: "bytes",
  enable_offload: false,
  staging_bytes: 1 << 20,
  staging_usable_ratio: 0.9,
  preferred_segment: null,
  group_semantics: false,
  replica_num: 1,
  executors: "separate",
  min_load_tokens: 0,
  chunk_tokens: 4,
  unaligned_handoff: false,
  on_reset_failure: "crash",
  tier_log: false,
};

/** A key that was read. */
export function read(bytes: number, tier: "cpu" | "disk" = "cpu"): GetOutcome {
  return { code: bytes, tier, remote: false, stale: false };
}

/** A key that was not. */
export function failed(code: number): GetOutcome {
  return { code, tier: null, remote: false, stale: false };
}

export function hashes(...values: number[]): BlockHash[] {
  return values.map((value) => value as BlockHash);
}

/** With the keys of a question in full. */
type CollectedEffect =
  | Exclude<StoreEffect, { readonly type: "exists" }>
  | { readonly type: "exists"; readonly op_id: number; readonly keys: readonly ObjectKey[] };

/** Collects what calls leave; `take` empties it. */
/** Of a connector whose requests are their ids. */
export class CollectedOutput {
  readonly effects: StoreEffect[] = [];
  readonly notices: StoreNotice<string>[] = [];
  now_ns = 0;
  #last_id = 0;

  nextId(): number {
    this.#last_id++;
    return this.#last_id;
  }

  take(): { effects: CollectedEffect[]; notices: StoreNotice<string>[] } {
    const effects = this.effects
      .splice(0)
      .map((effect) => (effect.type === "exists" ? { ...effect, keys: keyStrings(effect.keys) } : effect));
    return { effects, notices: this.notices.splice(0) };
  }
}
