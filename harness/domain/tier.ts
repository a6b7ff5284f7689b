// The three places a cached block can be read from. `hbm` is the engine's own block pool.

export const TIERS = ["hbm", "cpu", "disk"] as const;
export type Tier = (typeof TIERS)[number];

/** The tiers of the store: what a load can come from. */
export type StoreTier = Exclude<Tier, "hbm">;

export type PerTier<T> = { readonly [K in Tier]: T };
