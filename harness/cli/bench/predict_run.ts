// `--runtime both`: after the live run, the simulator runs the same arms on the same seeds.

import { NO_FLOOR_IN_SIM } from "../../measure/machine_floor.ts";
import type { RunSummary } from "../../measure/run_summary.ts";
import { predictionErrors } from "../../study/prediction_error.ts";
import type { Progress } from "../progress.ts";
import { simArmRunner } from "../sim/sim_runner.ts";
import type { ArmOutcome } from "./arm_runner.ts";
import { pairWorkload, type RunContext } from "./run_context.ts";
import { summariseRun } from "./summarise_run.ts";

/** Without a prediction when a fault is one that the simulator does not know, or when it is interrupted; a note says so. */
export async function withPrediction(
  context: RunContext,
  live: RunSummary,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunSummary> {
  progress.stage("simulating the same run");
  const runArm = simArmRunner(context.options.host);
  const outcomes: ArmOutcome[][] = context.plan.arms.map(() => []);
  for (const [run_index, { pair_index, arm_index, seed }] of context.schedule.entries()) {
    const arm = context.plan.arms[arm_index];
    const profiles = context.profiles[arm_index];
    const workload = pairWorkload(context, seed);
    if (arm === undefined || profiles === undefined || !workload.ok) continue;
    const outcome = await runArm({
      ...{ arm, pair_index, run_index, seed, profiles },
      sessions: workload.value.sessions,
      topology: context.topology,
      run_path: "",
      logs_path: "",
      signal,
      ...SILENT,
      onProgress: ({ finished_requests, planned_requests }) =>
        progress.update(
          `run ${run_index + 1} of ${context.schedule.length}, ${finished_requests}/${planned_requests} requests`,
        ),
    });
    if (signal.aborted || !outcome.ok) {
      progress.note(`no prediction: ${outcome.ok ? "interrupted" : outcome.error.message}`);
      return live;
    }
    outcomes[arm_index]?.push(outcome.value);
  }
  const arms = outcomes.map((of_arm, arm_index) => ({ arm_index, outcomes: of_arm }));
  const sim_context: RunContext = { ...context, options: { ...context.options, runtime: "sim" } };
  progress.end();
  return {
    ...live,
    prediction: predictionErrors(live, summariseRun(sim_context, NO_FLOOR_IN_SIM, arms, UNASKED)),
  };
}

/** The prediction's errors are of what was served, not of what could have been. */
const UNASKED = { requests: 0, prompt_tokens: 0, theoretical_hit_ratio: 1 };

const SILENT = {
  onStage: () => {},
  onRecord: () => {},
  onFault: () => {},
  traced_requests: null,
  onSample: () => {},
};
