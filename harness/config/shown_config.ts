import type { Arm } from "./build_arms.ts";

/** What an arm was run with, for manifests and differences: of a server that is measured as it is, the stack's settings say nothing. */
export function shownConfig({ config, endpoint }: Arm): object {
  if (endpoint === undefined) return config;
  const { seed, workload, load, validity } = config;
  return { endpoint, seed, workload, load, validity };
}
