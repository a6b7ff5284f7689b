// The sbatch script of a deployment: the first node runs the one master with its HTTP metadata server, every node joins the pool with
// a client of its own and then runs its engine (spec: prime_rl_kv_offload_config.md, `_mooncake_store.sh.j2`). Pure. The
// script has no single quotes, as other launchers wrap it in them.

import type { DeploymentConfig } from "../config/kv_offload_file.ts";
import type { StoreLaunchConfig } from "../config/kv_offload_launch_config.ts";
import { buildKvTransferConfig } from "../config/kv_offload_transfer.ts";
import { workerConfigJson } from "../config/kv_offload_worker.ts";
import { masterCommand, ownerCommand } from "./mooncake_commands.ts";

const HEAD = "$MOONCAKE_HEAD";
const LOCAL = "$LOCAL_IP";
/** Waits are seconds; they end the job where the template of prime-rl goes on without a store. */
const MASTER_WAIT_S = 120;
const OWNER_WAIT_S = 60;

export function renderSbatch(deployment: DeploymentConfig): string {
  const { store, offload } = deployment;
  const uses_store = offload.inference.kv_cache_offload?.type === "mooncake";
  return [
    ...header(store),
    ...(uses_store ? storeLines(store) : []),
    ...engineLines(deployment, uses_store),
    ...footer(),
    "",
  ].join("\n");
}

function header({ slurm }: StoreLaunchConfig): string[] {
  return [
    "#!/bin/bash",
    "#SBATCH --job-name=tierbench",
    `#SBATCH --partition=${slurm.partition}`,
    `#SBATCH --time=${slurm.time_limit}`,
    `#SBATCH --nodes=${slurm.nodes}`,
    "#SBATCH --ntasks-per-node=1",
    ...(slurm.gpus_per_node > 0 ? [`#SBATCH --gpus-per-node=${slurm.gpus_per_node}`] : []),
    `#SBATCH --output=${slurm.output_dir}/slurm_%j.log`,
    `# Slurm writes no log into a directory that is not there: mkdir -p ${slurm.output_dir} before sbatch.`,
    "",
    "set -u",
    "ulimit -l unlimited",
    `OUTPUT_DIR=${slurm.output_dir}/$SLURM_JOB_ID`,
    "export OUTPUT_DIR",
    `export MOONCAKE_HEAD=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)`,
    "",
    'mkdir -p "$OUTPUT_DIR" || exit 1',
    'cat > "$OUTPUT_DIR.node.sh" <<"NODE"',
    "set -u",
    "INFER_NODE_RANK=$SLURM_NODEID",
    'LOCAL_IP=$(hostname -I | tr " " "\\n" | grep -v "^127\\." | head -n 1)',
    "NODE_DIR=$OUTPUT_DIR/mooncake/node_$INFER_NODE_RANK",
    'mkdir -p "$NODE_DIR"',
    "wait_port() { # host port seconds",
    '  for _ in $(seq "$3"); do (exec 3<> "/dev/tcp/$1/$2") 2> /dev/null && return 0; sleep 1; done',
    '  echo "[mooncake] $1:$2 did not listen within $3 s" >&2; return 1',
    "}",
    'pids="" # last started first: engine, client, master, the order in which they stop',
    'DISK_DIR=""',
    "cleanup() {",
    '  for pid in $pids; do kill "$pid" 2> /dev/null; wait "$pid" 2> /dev/null; done',
    '  [ -z "$DISK_DIR" ] || rm -rf "$DISK_DIR"',
    "}",
    "trap cleanup EXIT INT TERM",
  ];
}

function storeLines({ master, owner, worker }: StoreLaunchConfig): string[] {
  const addresses = {
    master: `${HEAD}:${master.rpc_port}`,
    metadata: `http://${HEAD}:${master.http_port}/metadata`,
    metrics: `${HEAD}:${master.metrics_port}`,
  };
  const disk_path = owner.enable_offload ? `${owner.disk_path}/$SLURM_JOB_ID.$INFER_NODE_RANK` : null;
  const { argv, env } = ownerCommand(owner, { host: LOCAL, disk_path, addresses, preset_env: {} });
  const exports = Object.entries(env).map(([name, value]) => `export ${name}="${value}"`);
  const config = workerConfigJson(worker, addresses);
  return [
    ...(disk_path === null ? [] : [`DISK_DIR="${disk_path}"`, 'mkdir -p "$DISK_DIR"']),
    ...exports,
    'if [ "$INFER_NODE_RANK" -eq 0 ]; then',
    `  ${words(masterCommand(master).argv)} > "$NODE_DIR/master.log" 2>&1 &`,
    '  pids="$! $pids"',
    "fi",
    `wait_port "${HEAD}" ${master.rpc_port} ${MASTER_WAIT_S} || exit 1`,
    `wait_port "${HEAD}" ${master.http_port} ${MASTER_WAIT_S} || exit 1`,
    `${words(argv)} > "$NODE_DIR/client.log" 2>&1 &`,
    'pids="$! $pids"',
    "# The segment port: the RPC port is an abstract unix socket.",
    `wait_port "${LOCAL}" ${owner.segment_port} ${OWNER_WAIT_S} || exit 1`,
    `export MOONCAKE_CONFIG_PATH=$NODE_DIR/config.json`,
    'cat > "$MOONCAKE_CONFIG_PATH" <<CONFIG',
    config,
    "CONFIG",
    ...(worker.preferred_segment === "off"
      ? []
      : [`export MOONCAKE_PREFERRED_SEGMENT=${preferred(worker, owner)}`]),
    `echo "[mooncake] node $INFER_NODE_RANK ($(hostname)) joined shared pool: master=${addresses.master} segment=${LOCAL}:${owner.segment_port}"`,
  ];
}

function preferred(
  { preferred_segment }: StoreLaunchConfig["worker"],
  { segment_port }: StoreLaunchConfig["owner"],
): string {
  return preferred_segment === "local" ? `${LOCAL}:${segment_port}` : preferred_segment;
}

function engineLines({ store, offload }: DeploymentConfig, uses_store: boolean): string[] {
  const { engine } = store;
  const filled = engine.command.map((word) =>
    word.replaceAll("{model}", engine.model).replaceAll("{port}", String(engine.base_port)),
  );
  const config = buildKvTransferConfig(offload);
  const own = filled.some((word) => word.startsWith("--kv-transfer-config"));
  const injected = config === null || own ? [] : ["--kv-transfer-config", JSON.stringify(config)];
  const env = uses_store ? { PYTHONHASHSEED: "0", ...engine.env } : engine.env;
  return [
    ...Object.entries(env).map(([name, value]) => `export ${name}="${value}"`),
    `${words([...filled, ...injected])} > "$OUTPUT_DIR/engine_$INFER_NODE_RANK.log" 2>&1 &`,
    'pids="$! $pids"',
    'wait "$!"',
    "NODE",
  ];
}

/** What a node started ends with its shell: the trap knows each by its pid, and touches no other job's store. */
function footer(): string[] {
  return ["", 'srun --kill-on-bad-exit=1 bash "$OUTPUT_DIR.node.sh"'];
}

/** Words of a shell in double quotes, in which `$NAME` still stands for its value. */
function words(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./$-]+$/.test(word) ? word : `"${word.replace(/["\\`]/g, "\\$&")}"`))
    .join(" ");
}
