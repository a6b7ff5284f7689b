// What a live stack does and launched engines cannot be asked for: refused, so that no setting is passed over.

import type { ArmConfig } from "./arm_config.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { problemWhen } from "./problem_when.ts";

export function checkClusterArm({ workload, faults }: ArmConfig): ConfigProblem[] {
  return [
    ...problemWhen(workload.name === "rl_rollout", {
      path: "workload.name",
      rule: "must not change the weights with --runtime cluster: vLLM has no route that this program could ask for it",
      got: workload.name,
      next_step: "Use another workload, or --runtime live.",
    }),
    ...problemWhen(faults.length > 0, {
      path: "faults",
      rule: "must be empty with --runtime cluster",
      got: faults,
      next_step: "Use --runtime live to inject faults.",
    }),
  ];
}
