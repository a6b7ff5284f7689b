// One load: every rank reads its shards of the blocks, each rank with GETs of its own.

import { present } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import type { StoreTier } from "../../domain/tier.ts";
import type { GetOutcome, LoadReport } from "./store_api.ts";

/** What the ranks' parts have in common; the load ends when the last of them does. */
export interface Load<Request> {
  readonly request: Request;
  readonly request_id: string;
  readonly blocks: number;
  /** [ranks] */
  readonly jobs: LoadJob<Request>[];
  open_ranks: number;
  cancelled: boolean;
}

/** One rank's part. */
export interface LoadJob<Request> {
  readonly kind: "load";
  readonly load: Load<Request>;
  readonly tp_rank: number;
  /** The op that is out, and when it was asked. */
  op_id: number;
  asked_ns: number;
  /** All three: [blocks], rotated left by `first_block`, so that ranks do not all read the same owner at once. */
  readonly keys: readonly ObjectKey[];
  readonly hashes: readonly BlockHash[];
  readonly block_ids: readonly number[];
  readonly first_block: number;
  /** Planned when the part starts. */
  keys_per_get: number;
  /** One for each key attempted so far. */
  readonly outcomes: GetOutcome[];
}

/** What arrived: whole blocks (all ranks) before the first one that did not. */
export function loadReport<Request>({ blocks, jobs }: Load<Request>): LoadReport {
  const tiers: StoreTier[] = [];
  for (let block = 0; block < blocks; block++) {
    const tier = blockTier(jobs, block);
    if (tier === null) break;
    tiers.push(tier);
  }
  return { tiers, failed: tiers.length < blocks };
}

/** The slowest tier of a block's objects; null when one did not come. What the store cannot place counts as cpu. */
function blockTier<Request>(jobs: readonly LoadJob<Request>[], block: number): StoreTier | null {
  let tier: StoreTier = "cpu";
  for (const { keys, first_block, outcomes } of jobs) {
    const i = (block - first_block + keys.length) % keys.length;
    if (i >= outcomes.length) return null;
    const outcome = present(outcomes[i], "an attempted key has an outcome");
    if (outcome.code < 0) return null;
    if (outcome.tier === "disk") tier = "disk";
  }
  return tier;
}
