import type { ArmConfig } from "./arm_config.ts";

/** Is there a store that engines share? Otherwise each offloads into a pool of its own, or none offloads. */
export function usesSharedStore({ store, connector }: Pick<ArmConfig, "store" | "connector">): boolean {
  return store.tiers !== "hbm" && connector.type === "mooncake";
}
