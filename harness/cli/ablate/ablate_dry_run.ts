// `ablate --dry-run`: cells, their differences, the order, and what it would cost. The simulator says how long a run takes,
// unless earlier runs of the study tell.

import { cellDifferencesTable } from "../../../reports/ablation_tables.ts";
import { makePaint } from "../../../reports/terminal/ansi.ts";
import { terminalTable } from "../../../reports/terminal/terminal_table.ts";
import { formatSeconds } from "../../../reports/wording/format_value.ts";
import { formatConfigProblem } from "../../config/config_problem.ts";
import type { StudyConfig } from "../../config/study_config.ts";
import { present } from "../../domain/assert.ts";
import { NS_PER_S } from "../../domain/units.ts";
import { mean } from "../../stats/distribution.ts";
import type { StudyCell } from "../../study/ablation/build_cells.ts";
import type { StudyProgress } from "../../study/ablation/run_study.ts";
import { describeDesign } from "../../study/ablation/study_outcome.ts";
import { pairWorkload, type RunContext } from "../bench/run_context.ts";
import { runSimArm } from "../sim/sim_arm.ts";

/** To start, prove cold and stop a live stack, on two cores. */
const STACK_S = 2;
/** The harness's time for one simulated run of laptop scale. */
const SIM_RUN_S = 1;

export async function renderAblateDryRun(
  study: StudyConfig,
  cells: readonly StudyCell[],
  context: RunContext,
  { finished, left }: StudyProgress,
): Promise<string> {
  const order = Map.groupBy(left, ({ pair_index }) => pair_index);
  const name = (arm_index: number): string => cells[arm_index]?.arm.name ?? "";
  return [
    `study      ${study.name}: ${describeDesign(study, cells.length)}, ${context.options.runtime}`,
    `claim      ${study.claim.text}`,
    ...study.claim.expects.map(({ metric, direction, size }, i) => {
      const by = size === null ? "" : ` by ${size[0]} to ${size[1]}`;
      return `${i === 0 ? "expects " : "        "}   ${metric} ${direction}${by}`;
    }),
    `cost       ${await estimateCost(cells, context, finished, left.length)}`,
    "",
    terminalTable(
      cellDifferencesTable(cells.map(({ arm, differences }) => ({ name: arm.name, differences }))),
      120,
      makePaint(false),
    ),
    "",
    "order",
    ...[...order].map(
      ([block, runs]) =>
        `  block ${block + 1}, seed ${runs[0]?.seed}: ${runs.map(({ arm_index }) => name(arm_index)).join("  |  ")}`,
    ),
  ].join("\n");
}

async function estimateCost(
  cells: readonly StudyCell[],
  context: RunContext,
  finished: StudyProgress["finished"],
  runs: number,
): Promise<string> {
  const counts = `${runs} runs left, ${finished.length} done`;
  if (finished.length > 0) {
    const each_s = mean(finished.map(({ elapsed_s }) => elapsed_s));
    return `${counts}; about ${formatSeconds(runs * each_s)}, as earlier runs took ${formatSeconds(each_s)} each`;
  }
  if (context.options.runtime === "sim")
    return `${counts}; about ${formatSeconds(runs * SIM_RUN_S)} of simulation`;
  const cell = present(cells[0], "a study has cells");
  const seed = context.base_seed;
  const workload = pairWorkload(context, seed);
  if (!workload.ok) return workload.error.map(formatConfigProblem).join("; ");
  const { run } = await runSimArm({
    arm: cell.arm,
    pair_index: 0,
    seed,
    sessions: workload.value.sessions,
    topology: context.topology,
    profiles: present(context.profiles[0], "an arm has profiles"),
    onRecord: () => {},
  });
  const load_s = run.duration_ns / NS_PER_S;
  const each_s = load_s + STACK_S;
  return `${counts}; about ${formatSeconds(runs * each_s)}: the simulator predicts ${formatSeconds(load_s)} of load a run, and a stack takes ${STACK_S} s to start and stop`;
}
