// Switches of the engines' store connector.

import { SPLIT_TRIGGERS } from "../../domain/factor_levels.ts";
import type { Factor } from "./factor.ts";
import { COMMON, named, ON_OFF, ON_OFF_ALIASES } from "./factor_parts.ts";

const ONE_RANK = "an engine has one rank in this build, and both lookups ask the same";

export const CONNECTOR_FACTORS: readonly Factor[] = [
  {
    ...COMMON,
    name: "preferred_segment",
    description: "Engines put KV into the segment of their own node first",
    seed_claim: "off costs 5.7 % of TTFT at 1p1d and 10.2 % at 3p1d; the hit rate does not move",
    path: "connector.preferred_segment",
    levels: named(["off", "local"]),
    default_level: "off",
    default_pair: ["off", "local"],
    aliases: { on: "local" },
    acts_on: "placement",
  },
  {
    ...COMMON,
    name: "split_trigger",
    description: "What splits one GET from disk into several",
    seed_claim: "count_or_bytes → bytes: TTFT −61 %, E2EL −58 %, tier lines 219 → 115",
    path: "connector.split_trigger",
    levels: named(SPLIT_TRIGGERS),
    default_level: "bytes",
    default_pair: ["count_or_bytes", "bytes"],
    acts_on: "disk",
  },
  {
    ...COMMON,
    name: "executors",
    description: "Loads queue behind saves on one executor, or each has its own",
    seed_claim: "a reload on a shared executor waits for the burst of saves before it",
    path: "connector.executors",
    levels: named(["shared", "separate"]),
    default_level: "separate",
    default_pair: ["shared", "separate"],
    acts_on: "store",
  },
  {
    ...COMMON,
    name: "unaligned_handoff",
    description: "A prefix hit that ends inside a chunk is computed up to the boundary and loaded from there",
    seed_claim: "more of a partly cached prompt is loaded instead of computed",
    path: "connector.unaligned_handoff",
    levels: ON_OFF,
    default_level: "off",
    default_pair: ["off", "on"],
    aliases: ON_OFF_ALIASES,
    acts_on: "chunks",
  },
  {
    ...COMMON,
    name: "min_load_tokens",
    description: "Shorter external hits are computed, not loaded",
    seed_claim: "a load below some length costs more than the compute it saves",
    path: "connector.min_load_tokens",
    levels: "tokens",
    default_level: "0",
    default_pair: ["0", "256"],
    acts_on: "store",
  },
  {
    ...COMMON,
    name: "lookup_ranks",
    description: "A lookup asks for rank 0's objects only, or takes the minimum over all ranks",
    seed_claim: "rank 0 alone promises blocks that another rank has lost",
    path: "connector.lookup_ranks",
    levels: named(["rank0", "min_over_ranks"]),
    default_level: "min_over_ranks",
    default_pair: ["rank0", "min_over_ranks"],
    acts_on: "store",
    unavailable: { rank0: ONE_RANK, min_over_ranks: ONE_RANK },
  },
];
