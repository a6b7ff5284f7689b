// The deployment that a topology is launched from: a file, or Mooncake with 4 GiB on this machine. It must hand KV over exactly where
// the topology has prefill engines.

import { err, type Result } from "../domain/result.ts";
import { parseTopology } from "../domain/topology.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { type DeploymentConfig, parseDeployment, readDeploymentFile } from "./kv_offload/kv_offload_file.ts";

const DEFAULT_DEPLOYMENT = {
  inference: { kv_cache_offload: { type: "mooncake", cpu: { num_bytes: "4GiB" } } },
  launcher: "local",
};

export function readClusterDeployment(
  path: string | undefined,
  topology_name: string,
): Result<DeploymentConfig, readonly ConfigProblem[]> {
  const topology = parseTopology(topology_name);
  if (!topology.ok)
    return err([{ path: "topology", rule: topology.error, got: topology_name, next_step: "" }]);
  const hands_over = topology.value.engines.some(({ role }) => role === "prefill");
  if (path === undefined) {
    return parseDeployment({
      ...DEFAULT_DEPLOYMENT,
      deployment: hands_over ? "disaggregated" : "single_node",
    });
  }
  const read = readDeploymentFile(path);
  if (!read.ok || read.value.offload.inference.use_pd_kv_transfer === hands_over) return read;
  return err([
    {
      path: "deployment",
      rule: hands_over
        ? "must be disaggregated where the topology has prefill engines"
        : "must not be disaggregated where every engine does both",
      got: read.value.offload.deployment,
      next_step: `Correct it in ${path}, or name another topology.`,
    },
  ]);
}
