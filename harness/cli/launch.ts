// `bun run launch`: prints what a deployment of real engines and a real store would write and run, for this machine or for SLURM.

import { resolve } from "node:path";
import { OsClock } from "../clock/os_clock.ts";
import { parseBenchOptions } from "../config/bench_options.ts";
import { readClusterDeployment } from "../config/cluster_deployment.ts";
import { type ConfigProblem, formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { lintDeployment } from "../config/kv_offload/kv_offload_lint.ts";
import { parseTopology } from "../domain/topology.ts";
import { renderSbatch, type SlurmJob } from "../launch/slurm/slurm_script.ts";
import { offloadsToMooncake, planLaunch } from "../launch/vllm/vllm_plan.ts";
import { renderLaunchPlan } from "../launch/vllm/vllm_plan_text.ts";
import { findLaunchPlace } from "./cluster/cluster_place.ts";
import { defaultRouter } from "./cluster/cluster_router.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { launchRecipe } from "./launch/launch_recipe.ts";
import { submitLaunch } from "./launch/launch_slurm.ts";

const HELP = `launch <topology> --dry-run [options]
launch <topology> --sbatch [options] [-- bench options]
launch <topology> --submit [options] [-- bench options]
launch --recipe FILE [--dry-run] [options]

Prints every file, command and environment variable of a deployment of real engines (vllm serve, or what engine.command names)
over a real Mooncake store. Only --submit, and --recipe without --dry-run, start anything; bench --runtime cluster starts and
measures what --dry-run prints.

  --dry-run       what would run on this machine, in order, with what is waited for
  --recipe FILE   instead of a topology: run a launch-and-bench recipe (with --dry-run: print its commands)
  --sbatch        the script for sbatch: launch 3p1d --sbatch --config FILE > job.sbatch
  --submit        submit it, follow the job to its end (Ctrl-C cancels it), and say where its run directory is. What stands behind
                  -- goes to the benchmark: launch 3p1d --submit --config FILE -- --ab preferred_segment --pairs 4
  --config FILE   the deployment (see doctor --schema); default: Mooncake with 4 GiB on this machine
  --host NAME     what processes advertise (default: the first global IPv4 address); TIERBENCH_HOSTS=a,b names several hosts
  --run-dir DIR   where files are written (default: runs/launch)
  --json          the plan as JSON
  --help          this text

Warnings of the configuration go to stderr. Exit codes: 0 done; 2 usage or configuration;
4 a phase of the recipe, or the job, failed; of a job that ran, the benchmark's own; 130 cancelled.
`;

const FLAGS = {
  "dry-run": "switch",
  sbatch: "switch",
  submit: "switch",
  config: "value",
  recipe: "value",
  host: "value",
  "run-dir": "value",
  json: "switch",
  help: "switch",
} as const;

process.exitCode = await launch(process.argv.slice(2));

async function launch(given: readonly string[]): Promise<ExitCode> {
  const end = given.includes("--") ? given.indexOf("--") : given.length;
  const argv = given.slice(0, end);
  const bench_args = given.slice(end + 1);
  const flags = new FlagReader(argv, FLAGS);
  if (flags.has("help")) return print(HELP);
  const recipe = flags.text("recipe");
  if (recipe !== undefined && flags.problems.length === 0) {
    return launchRecipe(recipe, flags.text("run-dir") ?? "runs/recipe", flags.has("dry-run"));
  }
  const name = flags.onlyPositional("topology", "Use for example launch 3p1d --dry-run.");
  if (["dry-run", "sbatch", "submit"].filter((mode) => flags.has(mode)).length !== 1) {
    flags.report({
      path: "--dry-run",
      rule: "must be given, or --sbatch, or --submit, one of them",
      got: argv.join(" "),
      next_step: "Use for example launch 3p1d --dry-run.",
    });
  }
  if (flags.problems.length > 0) return complain(flags.problems);
  const topology = parseTopology(name);
  if (!topology.ok) return complainText([topology.error]);
  const deployment = readClusterDeployment(flags.text("config"), name);
  if (!deployment.ok) return complain(deployment.error);
  for (const finding of lintDeployment(deployment.value)) {
    console.error(`launch: warning: ${formatConfigProblem(finding)}`);
  }
  if (!flags.has("dry-run")) {
    const config = flags.text("config");
    const deployment_path = config === undefined ? null : resolve(config);
    const problems = checkBench(name, deployment_path, bench_args);
    if (problems.length > 0) return complain(problems);
    const { slurm } = deployment.value.store;
    const job: SlurmJob = {
      slurm: { ...slurm, output_dir: resolve(slurm.output_dir) },
      ...{ topology: name, deployment_path, bench_args },
      checkout: resolve(import.meta.dir, "../.."),
    };
    return flags.has("sbatch") ? print(renderSbatch(job)) : submitLaunch(job, new OsClock());
  }
  const run_dir = resolve(flags.text("run-dir") ?? "runs/launch");
  const place = findLaunchPlace(flags.text("host") ?? null, run_dir, defaultRouter(topology.value, run_dir));
  if (!place.ok) return complainText([place.error]);
  const plan = planLaunch(deployment.value, topology.value, {
    ...place.value,
    uses_mooncake: offloadsToMooncake(deployment.value),
  });
  return print(flags.has("json") ? `${JSON.stringify(plan, null, 2)}\n` : `${renderLaunchPlan(plan)}\n`);
}

/** Of the job's benchmark, before it waits in a queue. */
function checkBench(
  topology: string,
  deployment_path: string | null,
  bench_args: readonly string[],
): readonly ConfigProblem[] {
  const deployment = deployment_path === null ? [] : ["--deployment", deployment_path];
  const out = "must not be given to a job: its run directory lies in slurm.output_dir";
  if (bench_args.includes("--out"))
    return [{ path: "--out", rule: out, got: "--out", next_step: "Set slurm.output_dir in the deployment." }];
  const argv = [topology, "--runtime", "cluster", ...deployment, ...bench_args];
  const parsed = parseBenchOptions(argv, { runtimes: ["cluster"] });
  return parsed.ok ? [] : parsed.error;
}

function print(text: string): ExitCode {
  process.stdout.write(text);
  return EXIT.DONE;
}

function complain(problems: readonly ConfigProblem[]): ExitCode {
  return complainText(problems.map(formatConfigProblem));
}

function complainText(lines: readonly string[]): ExitCode {
  for (const line of lines) console.error(`launch: ${line}`);
  return EXIT.USAGE;
}
