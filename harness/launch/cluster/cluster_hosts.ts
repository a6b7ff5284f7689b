// The machines that a cluster run has, and how a command comes to one of them. The first is the head, on which this program runs:
// master, router and load are there. Pure.

import { HOSTS_VARIABLE } from "../../config/cluster_target.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Command } from "../mooncake/mooncake_commands.ts";

export interface ClusterHost {
  /** What its processes advertise, and where they are reached. */
  readonly address: string;
  readonly is_head: boolean;
}

/** `own_address` is of this machine. One host, or none named: everything is local, and needs no Slurm. */
export function clusterHosts(
  names: string | undefined,
  own_address: string,
): Result<readonly ClusterHost[], string> {
  if (names === undefined || names === "") return ok([{ address: own_address, is_head: true }]);
  const addresses = names.split(",").map((name) => name.trim());
  if (addresses.includes("") || new Set(addresses).size < addresses.length) {
    return err(
      `${HOSTS_VARIABLE}: must be names of different hosts, separated by commas, got "${names}". Set it to the job's hosts, head first.`,
    );
  }
  if (addresses.length === 1) return ok([{ address: own_address, is_head: true }]);
  return ok(addresses.map((address, i) => ({ address, is_head: i === 0 })));
}

/**
 * The command as the head starts it. srun hands signals on to the process. Of its environment Slurm makes its own on the way:
 * CUDA_VISIBLE_DEVICES is that of the step, so what is set here is set behind it.
 */
export function commandOnHost({ argv, env }: Command, { address, is_head }: ClusterHost): Command {
  if (is_head) return { argv, env };
  const srun = ["srun", "--overlap", "--nodes=1", "--ntasks=1", `--nodelist=${address}`, "--export=ALL"];
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return { argv: [...srun, ...(settings.length === 0 ? [] : ["env", ...settings]), ...argv], env: {} };
}

/** Of a process there, from the head. A server of this machine is reached whatever address it listens on. */
export function urlOn({ address, is_head }: ClusterHost, port: number): string {
  return `http://${is_head ? "127.0.0.1" : address}:${port}`;
}
