// Levels of switches that several rooms name.

export const TIER_LEVELS = ["hbm", "hbm+cpu", "hbm+cpu+disk"] as const;
export type TierLevel = (typeof TIER_LEVELS)[number];

/** When one GET is split into several (spec: vllm_mooncake_store_connector.md §1.5). */
export const SPLIT_TRIGGERS = ["none", "bytes", "count_or_bytes"] as const;
export type SplitTrigger = (typeof SPLIT_TRIGGERS)[number];
