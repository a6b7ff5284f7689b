// Levels of switches that several rooms name.

export const TIER_LEVELS = ["hbm", "hbm+cpu", "hbm+cpu+disk"] as const;
export type TierLevel = (typeof TIER_LEVELS)[number];

/** Who mounts the store's memory: owner processes, or every engine in its own process. */
export const STORE_MODES = ["standalone-store", "embedded"] as const;
export type StoreMode = (typeof STORE_MODES)[number];

/** together: a GET reads from all owners at once. in_turn: from memory first, then from one owner's disk after the other. */
export const GET_ORDERS = ["together", "in_turn"] as const;
export type GetOrder = (typeof GET_ORDERS)[number];

/** When one GET is split into several (spec: vllm_mooncake_store_connector.md §1.5). */
export const SPLIT_TRIGGERS = ["none", "bytes", "count_or_bytes"] as const;
export type SplitTrigger = (typeof SPLIT_TRIGGERS)[number];
