// One load: which blocks, how far it got, what arrived.

import { present } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import type { StoreTier } from "../../domain/tier.ts";
import type { LoadReport, StoreGetOutcome } from "./store_api.ts";

export interface LoadJob {
  readonly kind: "load";
  readonly job_id: number;
  readonly request_id: string;
  /** All three: [blocks × ranks], block-major. */
  readonly keys: readonly ObjectKey[];
  readonly hashes: readonly BlockHash[];
  readonly block_ids: readonly number[];
  readonly ranks: number;
  /** Ends of the GETs, planned when the load starts. */
  ends: readonly number[];
  /** GETs sent. */
  sent_gets: number;
  /** One for each key attempted so far. */
  readonly outcomes: StoreGetOutcome[];
  cancelled: boolean;
}

/** What arrived: whole blocks (all ranks) before the first one that did not. */
export function loadReport(job: LoadJob): LoadReport {
  const blocks = job.keys.length / job.ranks;
  const tiers: StoreTier[] = [];
  for (let block = 0; block < blocks; block++) {
    const tier = blockTier(job, block);
    if (tier === null) break;
    tiers.push(tier);
  }
  return { tiers, failed: tiers.length < blocks };
}

/** The slowest tier of a block's objects; null when one did not come. What the store cannot place counts as cpu. */
function blockTier(job: LoadJob, block: number): StoreTier | null {
  const start = block * job.ranks;
  if (start + job.ranks > job.outcomes.length) return null;
  let tier: StoreTier = "cpu";
  for (let i = start; i < start + job.ranks; i++) {
    const outcome = present(job.outcomes[i], "an attempted key has an outcome");
    if (outcome.code < 0) return null;
    if (outcome.tier === "disk") tier = "disk";
  }
  return tier;
}
