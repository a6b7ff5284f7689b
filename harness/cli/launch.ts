// `bun run launch`: prints what a deployment of real engines and a real store would write and run, for this machine or for SLURM.

import { hostname, networkInterfaces } from "node:os";
import { type ConfigProblem, formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { type DeploymentConfig, parseDeployment, readDeploymentFile } from "../config/kv_offload_file.ts";
import { lintDeployment } from "../config/kv_offload_lint.ts";
import { err, type Result } from "../domain/result.ts";
import { parseTopology, type Topology } from "../domain/topology.ts";
import { advertisedHost } from "../launch/advertised_host.ts";
import { readRdmaDevices } from "../launch/rdma_devices.ts";
import { bestGidIndex } from "../launch/rdma_gid.ts";
import { renderSbatch } from "../launch/slurm_script.ts";
import { planLaunch } from "../launch/vllm_plan.ts";
import { renderLaunchPlan } from "../launch/vllm_plan_text.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { launchRecipe } from "./launch_recipe.ts";

const HELP = `launch <topology> --dry-run [options]
launch <topology> --sbatch [options]
launch --recipe FILE [--dry-run] [options]

Prints every file, command and environment variable of a deployment of real engines (vllm serve, or what engine.command names)
over a real Mooncake store. Only --recipe without --dry-run starts anything.

  --dry-run       what would run on this machine, in order, with what is waited for
  --recipe FILE   instead of a topology: run a launch-and-bench recipe (with --dry-run: print its commands)
  --sbatch        the script for sbatch: launch 3p1d --sbatch --config FILE > job.sbatch
  --config FILE   the deployment (see doctor --schema); default: Mooncake with 4 GiB on this machine
  --host NAME     what processes advertise (default: the first global IPv4 address)
  --run-dir DIR   where files are written (default: runs/launch)
  --json          the plan as JSON
  --help          this text

Warnings of the configuration go to stderr. Exit codes: 0 done; 2 usage or configuration;
4 a phase of the recipe failed.
`;

const FLAGS = {
  "dry-run": "switch",
  sbatch: "switch",
  config: "value",
  recipe: "value",
  host: "value",
  "run-dir": "value",
  json: "switch",
  help: "switch",
} as const;

const DEFAULT_DEPLOYMENT = {
  inference: { kv_cache_offload: { type: "mooncake", cpu: { num_bytes: "4GiB" } } },
  launcher: "local",
};

process.exitCode = await launch(process.argv.slice(2));

async function launch(argv: readonly string[]): Promise<ExitCode> {
  const flags = new FlagReader(argv, FLAGS);
  if (flags.has("help")) return print(HELP);
  const recipe = flags.text("recipe");
  if (recipe !== undefined && flags.problems.length === 0) {
    return launchRecipe(recipe, flags.text("run-dir") ?? "runs/recipe", flags.has("dry-run"));
  }
  const name = flags.onlyPositional("topology", "Use for example launch 3p1d --dry-run.");
  if (flags.has("dry-run") === flags.has("sbatch")) {
    flags.report({
      path: "--dry-run",
      rule: "must be given, or --sbatch, not both",
      got: argv.join(" "),
      next_step: "launch prints what to run; use for example launch 3p1d --dry-run.",
    });
  }
  if (flags.problems.length > 0) return complain(flags.problems);
  const topology = parseTopology(name);
  if (!topology.ok) return complainText([topology.error]);
  const deployment = readDeployment(flags.text("config"), handsOver(topology.value));
  if (!deployment.ok) return complain(deployment.error);
  for (const finding of lintDeployment(deployment.value)) {
    console.error(`launch: warning: ${formatConfigProblem(finding)}`);
  }
  if (flags.has("sbatch")) return print(renderSbatch(deployment.value));
  const gid = bestGidIndex(readRdmaDevices());
  const plan = planLaunch(deployment.value, topology.value, {
    host: flags.text("host") ?? advertisedHost(networkInterfaces(), hostname()),
    run_dir: flags.text("run-dir") ?? "runs/launch",
    gid_index: gid.ok ? gid.value.index : null,
    preset_env: process.env,
  });
  return print(flags.has("json") ? `${JSON.stringify(plan, null, 2)}\n` : `${renderLaunchPlan(plan)}\n`);
}

function handsOver({ engines }: Topology): boolean {
  return engines.some(({ role }) => role === "prefill");
}

function readDeployment(
  path: string | undefined,
  hands_over: boolean,
): Result<DeploymentConfig, readonly ConfigProblem[]> {
  if (path === undefined) {
    const deployment = hands_over ? "disaggregated" : "single_node";
    return parseDeployment({ ...DEFAULT_DEPLOYMENT, deployment });
  }
  const read = readDeploymentFile(path);
  if (!read.ok || read.value.offload.inference.use_pd_kv_transfer === hands_over) return read;
  const { deployment } = read.value.offload;
  const rule = hands_over
    ? "must be disaggregated where the topology has prefill engines"
    : "must not be disaggregated where every engine does both";
  return err([
    {
      path: "deployment",
      rule,
      got: deployment,
      next_step: `Correct it in ${path}, or name another topology.`,
    },
  ]);
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
