// The sbatch script of a benchmark over a deployment. Its first node runs this program, which starts the one master with its HTTP
// metadata server, the router and the load there, and by srun an owner (a client of the shared pool) on every node and the engines of
// the topology over the nodes (cluster_hosts.ts). Pure. The script has no single quotes, as other launchers wrap it in them.

import { HOSTS_VARIABLE } from "../../config/cluster_target.ts";
import type { SlurmLaunch } from "../../config/kv_offload/kv_offload_launch_config.ts";

export interface SlurmJob {
  readonly slurm: SlurmLaunch;
  /** `3p1d` */
  readonly topology: string;
  /** The deployment file; null: the default one. It, the checkout and slurm.output_dir are seen by all nodes, and absolute. */
  readonly deployment_path: string | null;
  readonly checkout: string;
  /** Of bench, as the user gave them. */
  readonly bench_args: readonly string[];
}

/** Before the time limit, for the engines to be taken down. */
const WARNING_S = 120;

export function renderSbatch({ slurm, topology, deployment_path, checkout, bench_args }: SlurmJob): string {
  const bench = [
    ...["bench.ts", topology, "--runtime", "cluster"],
    ...(deployment_path === null ? [] : ["--deployment", deployment_path]),
    ...bench_args,
  ];
  return [
    "#!/bin/bash",
    "#SBATCH --job-name=tierbench",
    `#SBATCH --partition=${slurm.partition}`,
    `#SBATCH --time=${slurm.time_limit}`,
    `#SBATCH --nodes=${slurm.nodes}`,
    "#SBATCH --ntasks-per-node=1",
    "# Whole nodes: one task alone would get one core, and neighbours would show in the figures.",
    "#SBATCH --exclusive",
    "#SBATCH --mem=0",
    ...(slurm.gpus_per_node > 0 ? [`#SBATCH --gpus-per-node=${slurm.gpus_per_node}`] : []),
    `#SBATCH --signal=B:TERM@${WARNING_S}`,
    `#SBATCH --output=${slurm.output_dir}/slurm_%j.log`,
    `# Slurm writes no log into a directory that is not there: mkdir -p ${slurm.output_dir} before sbatch.`,
    "",
    "set -u",
    "# Memory that a device reads and writes is locked.",
    'ulimit -l unlimited 2> /dev/null || echo "locked memory is limited to $(ulimit -l) KiB" >&2',
    `cd ${quoted(checkout)} || exit 1`,
    `${HOSTS_VARIABLE}=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | paste -s -d , -) || exit 1`,
    `export ${HOSTS_VARIABLE}`,
    `exec ./scripts/bun harness/cli/${bench.map(quoted).join(" ")} --out ${jobOutput(slurm.output_dir, '"$SLURM_JOB_ID"')}`,
    "",
  ].join("\n");
}

/** Where the job's run directory is made. */
export function jobOutput(output_dir: string, job_id: string): string {
  return `${output_dir}/${job_id}`;
}

/** One word of a shell, as it is. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replace(/["\\`$]/g, "\\$&")}"`;
}
