import type { ArmConfig } from "./arm_config.ts";

/** Does the arm have a disk tier that is written and read? */
export function usesDisk({ store }: Pick<ArmConfig, "store">): boolean {
  return store.tiers === "hbm+cpu+disk" && store.enable_offload;
}
