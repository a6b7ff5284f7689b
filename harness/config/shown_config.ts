import type { Arm } from "./build_arms.ts";
import { isStandIn } from "./cluster_target.ts";

/** What an arm was run with, for manifests and differences: of a server that is measured as it is, the stack's settings say nothing. */
export function shownConfig({ config, endpoint, cluster }: Arm): object {
  const { seed, workload, load, validity, router } = config;
  if (endpoint !== undefined) return { endpoint, seed, workload, load, validity };
  if (cluster === undefined) return config;
  const { deployment, store } = cluster;
  const own = isStandIn(deployment) ? config : { seed, workload, load, validity, router };
  return { ...own, deployment: { ...deployment, shared_store: store } };
}
