// What a setting of an arm means for a deployment of real engines: the levels that a factor of `bench --runtime cluster` may have. A
// setting that is not named here is this program's engine's own, and cannot be switched in vLLM.

import type { DeploymentConfig } from "./kv_offload/kv_offload_file.ts";
import type { StoreLaunchConfig } from "./kv_offload/kv_offload_launch_config.ts";

type Switch = (deployment: DeploymentConfig, value: unknown) => DeploymentConfig | null;

/** Path in ArmConfig → the deployment at that value; null: no deployment has it. */
const SWITCHES: Readonly<Record<string, Switch>> = {
  "connector.preferred_segment": (deployment, value) =>
    value === "off" || value === "local" || isSegment(value)
      ? inStore(deployment, { worker: { preferred_segment: value } })
      : null,
  "store.tiers": (deployment, value) => {
    if (value === "hbm") return withoutOffload(deployment);
    return value === "hbm+cpu" || value === "hbm+cpu+disk"
      ? withDisk(deployment, value === "hbm+cpu+disk")
      : null;
  },
  "store.enable_offload": (deployment, value) =>
    typeof value === "boolean" ? withDisk(deployment, value) : null,
  "store.offload_on_evict": (deployment, value) =>
    typeof value === "boolean" ? inStore(deployment, { master: { offload_on_evict: value } }) : null,
  "store.lease_ttl_ms": (deployment, value) =>
    typeof value === "number" ? inStore(deployment, { master: { lease_ttl_ms: value } }) : null,
  "store.allocation": (deployment, value) =>
    typeof value === "string" ? inStore(deployment, { master: { allocation_strategy: value } }) : null,
  "store.disk.staging_bytes": (deployment, value) =>
    typeof value === "number" ? inStore(deployment, { owner: { staging_bytes: value } }) : null,
  "store.disk.heartbeat_ms": (deployment, value) =>
    typeof value === "number" && value % 1_000 === 0
      ? inStore(deployment, { owner: { heartbeat_s: value / 1_000 } })
      : null,
  // The router is this program's own.
  "router.policy": (deployment) => deployment,
};

export const SWITCHED_PATHS: readonly string[] = Object.keys(SWITCHES);

export function deploymentAtLevel(
  deployment: DeploymentConfig,
  path: string,
  value: unknown,
): DeploymentConfig | null {
  return SWITCHES[path]?.(deployment, value) ?? null;
}

type StoreChanges = {
  readonly [Section in "master" | "owner" | "worker"]?: Partial<StoreLaunchConfig[Section]>;
};

function inStore({ offload, store }: DeploymentConfig, changes: StoreChanges): DeploymentConfig {
  return {
    offload,
    store: {
      ...store,
      master: { ...store.master, ...changes.master },
      owner: { ...store.owner, ...changes.owner },
      worker: { ...store.worker, ...changes.worker },
    },
  };
}

/** Of all three: a disk tier that one of them does not know of loses keys or is never read. */
function withDisk(deployment: DeploymentConfig, enable_offload: boolean): DeploymentConfig {
  const changes = { enable_offload };
  return inStore(deployment, { master: changes, owner: changes, worker: changes });
}

function withoutOffload({ offload, store }: DeploymentConfig): DeploymentConfig {
  return { store, offload: { ...offload, inference: { ...offload.inference, kv_cache_offload: null } } };
}

function isSegment(value: unknown): value is `${string}:${number}` {
  return typeof value === "string" && /^.+:\d+$/.test(value);
}
