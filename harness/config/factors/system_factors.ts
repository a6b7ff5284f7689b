// Switches of the system around the store.

import type { Factor } from "./factor.ts";
import { COMMON, named } from "./factor_parts.ts";

export const SYSTEM_FACTORS: readonly Factor[] = [
  {
    ...COMMON,
    name: "tp_size",
    description: "Tensor-parallel ranks of an engine, each with objects of its own for every block",
    seed_claim: "more ranks make more and smaller objects; ranks that share a KV head read the same ones",
    path: "engine.tp_size",
    levels: "count",
    default_level: "1",
    default_pair: ["1", "4"],
    acts_on: "store",
  },
  {
    ...COMMON,
    name: "routing",
    description: "How the router picks a prefill engine",
    seed_claim: "sending a session where its KV is beats spreading load, until one engine is overloaded",
    path: "router.policy",
    levels: named(["round_robin", "least_loaded", "session", "prefix", "kv_aware"]),
    default_level: "session",
    default_pair: ["round_robin", "session"],
    acts_on: "routing",
  },
  {
    ...COMMON,
    name: "pool",
    description: "One shared store for each node, or one for all nodes",
    seed_claim: "a shared pool serves a prefix on a node that never computed it",
    path: "store.pool",
    levels: named(["local", "global"]),
    default_level: "global",
    default_pair: ["local", "global"],
    acts_on: "placement",
  },
  {
    ...COMMON,
    name: "weight_reset",
    description: "What happens to stored KV when the weights change",
    seed_claim: "without a hard reset, blocks of old weights are read",
    path: "engine.weight_reset",
    levels: named(["hard", "unforced", "none"]),
    default_level: "hard",
    default_pair: ["none", "hard"],
    acts_on: "weights",
  },
];
