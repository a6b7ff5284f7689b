import type { DeploymentConfig } from "./kv_offload/kv_offload_file.ts";

/**
 * Whose store the engines of a cluster run share: of the deployment (a real Mooncake), this program's own under engines that stand in
 * for vLLM, or none (engines that offload for themselves, or not at all).
 */
export type ClusterStore = "mooncake" | "embedded" | "none";

/** What `bench --runtime cluster` starts for an arm. */
export interface ClusterTarget {
  readonly deployment: DeploymentConfig;
  readonly store: ClusterStore;
}

/** Of the environment: the hosts of a cluster run, comma separated, head first; a job of several nodes sets it. */
export const HOSTS_VARIABLE = "TIERBENCH_HOSTS";

export function hasSeveralHosts(env: { readonly [name: string]: string | undefined }): boolean {
  return (env[HOSTS_VARIABLE] ?? "").includes(",");
}

/** The word of an engine command that is filled with a configuration of this program's engine: such engines stand in for vLLM. */
export const STAND_IN_WORD = "{engine_config}";

export function isStandIn({ store }: DeploymentConfig): boolean {
  return store.engine.command.some((word) => word.includes(STAND_IN_WORD));
}
