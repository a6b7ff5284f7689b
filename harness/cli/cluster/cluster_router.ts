// The router in front of real engines: this program's own, with vLLM's P/D hand-over (stack/router_pair.ts).

import { join } from "node:path";
import type { ArmConfig } from "../../config/arm_config.ts";
import { parseArmConfig } from "../../config/arm_schema.ts";
import { findGpuProfile } from "../../config/profiles/gpus.ts";
import { findModelProfile } from "../../config/profiles/models.ts";
import { assert } from "../../domain/assert.ts";
import type { Topology } from "../../domain/topology.ts";
import type { PlanRouter } from "../../launch/vllm/vllm_plan.ts";
import { type Profiles, planStack } from "../../stack/stack_plan.ts";

export const SERVE: readonly string[] = [process.execPath, join(import.meta.dir, "../serve.ts")];

export function clusterRouter(
  arm: ArmConfig,
  topology: Topology,
  profiles: Profiles,
  run_dir: string,
): PlanRouter {
  const paths = { socket_dir: run_dir, shm_dir: run_dir, disk_dir: run_dir };
  const plan = planStack(arm, topology, profiles, paths, 1);
  const path = join(run_dir, "router.json");
  return (engines) => ({
    argv: [...SERVE, path],
    file: { path, text: `${JSON.stringify(plan.router(engines.map(({ url }) => url)), null, 2)}\n` },
  });
}

/** As an arm without settings of its own has it. */
export function defaultRouter(topology: Topology, run_dir: string): PlanRouter {
  const arm = parseArmConfig({ topology: topology.name }, {});
  assert(arm.ok, "an arm of nothing but a topology is valid");
  const model = findModelProfile(arm.value.engine.model);
  const gpu = findGpuProfile(arm.value.engine.gpu);
  assert(model.ok && gpu.ok, "the defaults have profiles");
  return clusterRouter(arm.value, topology, { model: model.value, gpu: gpu.value }, run_dir);
}
