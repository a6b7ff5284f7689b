import type { ArmConfig } from "./arm_config.ts";

/** Is there a store that engines share? Otherwise each offloads into a pool of its own, or none offloads. */
export function usesSharedStore({ store, connector }: Pick<ArmConfig, "store" | "connector">): boolean {
  return store.tiers !== "hbm" && connector.type === "mooncake";
}

/** Is that store the real Mooncake's processes? */
export function usesMooncake(arm: Pick<ArmConfig, "store" | "connector">): boolean {
  return usesSharedStore(arm) && arm.store.kind === "mooncake";
}
