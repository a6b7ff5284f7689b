// The store of one cluster stack: a real Mooncake (its master and owner on this machine as launch/mooncake_stack.ts starts them, owners
// of other hosts by srun), this project's own under engines that stand in, or none.

import { join } from "node:path";
import type { Clock } from "../../clock/clock.ts";
import type { DeploymentConfig } from "../../config/kv_offload/kv_offload_file.ts";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { ClusterProcesses } from "../../launch/cluster/cluster_processes.ts";
import { type MooncakeStack, startMooncakeStack } from "../../launch/mooncake/mooncake_stack.ts";
import {
  type LaunchPlace,
  type LaunchPlan,
  type LaunchStep,
  masterEnvPath,
  storeEnvironment,
  withDevices,
} from "../../launch/vllm/vllm_plan.ts";
import type { StackFailure } from "../bench/arm_runner.ts";
import type { StandIns } from "./cluster_standins.ts";

export interface ClusterStoreProcesses {
  readonly master_urls: readonly string[];
  /** Processes of the store that have ended by themselves and that nobody reported. */
  lost(): readonly string[];
  /** Owners before their master. */
  stop(): Promise<void>;
}

const STORE_READY_MS = 60_000;
const OWNER_GRACE_MS = 10_000;
const EMBEDDED_GRACE_MS = 5_000;

export const NO_STORE: ClusterStoreProcesses = {
  master_urls: [],
  lost: () => [],
  stop: () => Promise.resolve(),
};

export interface MooncakeStart {
  readonly clock: Clock;
  readonly deployment: DeploymentConfig;
  readonly place: LaunchPlace;
  readonly plan: LaunchPlan;
  readonly processes: ClusterProcesses;
  readonly log_dir: string;
}

export async function startClusterMooncake(
  start: MooncakeStart,
): Promise<Result<ClusterStoreProcesses, StackFailure>> {
  const { place, plan, processes, clock, log_dir } = start;
  const head = present(place.hosts[0], "a launch has a head");
  const { master, owner } = withDevices(start.deployment, place.devices).store;
  const stack = await startMooncakeStack({
    ...{ clock, log_dir, config: { master, owner }, owner_count: 1, host: head.address },
    env_file: masterEnvPath(place.run_dir),
    binaries: place.binaries,
    ready_timeout_ms: STORE_READY_MS,
    preset_env: storeEnvironment(place),
    wrap: (argv) => argv,
    network_pid: "self",
  });
  if (!stack.ok) return failure(`mooncake: ${stack.error.detail}`, log_dir);
  const remote = plan.steps.filter(({ kind, host }) => kind === "owner" && !host.is_head);
  const stop = async (): Promise<void> => {
    await processes.stop(
      remote.map(({ name }) => name),
      OWNER_GRACE_MS,
    );
    await stack.value.stop();
  };
  const started = await Promise.all(
    remote.map((step) => processes.start(step, STORE_READY_MS, () => listens(step, owner.segment_port))),
  );
  const failed = started.find((one) => !one.ok);
  if (failed !== undefined && !failed.ok) {
    await stop();
    return failure(`${failed.error.process} ${failed.error.detail}`, log_dir);
  }
  const { metrics } = stack.value.addresses;
  return ok({ master_urls: [`http://${metrics}`], lost: () => lostOf(stack.value), stop });
}

async function listens({ host }: LaunchStep, port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: host.address, port, socket: { data: () => {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

function lostOf({ master, owners }: MooncakeStack): readonly string[] {
  return [
    ...(master.running ? [] : ["mooncake_master"]),
    ...owners.flatMap((owner, i) => (owner.running ? [] : [`mooncake_owner_${i}`])),
  ];
}

export async function startEmbeddedStore(
  { store_steps }: StandIns,
  processes: ClusterProcesses,
  log_dir: string,
): Promise<Result<ClusterStoreProcesses, StackFailure>> {
  const urls: string[] = [];
  const namesOf = (kind: LaunchStep["kind"]): string[] =>
    store_steps.filter((step) => step.kind === kind).map(({ name }) => name);
  const stop = async (): Promise<void> => {
    await processes.stop(namesOf("owner"), EMBEDDED_GRACE_MS);
    await processes.stop(namesOf("master"), EMBEDDED_GRACE_MS);
  };
  for (const kind of ["master", "owner"] as const) {
    const steps = store_steps.filter((step) => step.kind === kind);
    const started = await Promise.all(steps.map((step) => processes.start(step, STORE_READY_MS)));
    for (const one of started) {
      if (!one.ok) {
        await stop();
        return failure(`${one.error.process} ${one.error.detail}`, log_dir);
      }
      if (kind === "master") urls.push(`http://127.0.0.1:${String(one.value.ready["http_port"])}`);
    }
  }
  return ok({ master_urls: urls, lost: () => [], stop });
}

function failure(detail: string, log_dir: string): Result<never, StackFailure> {
  return err({ code: "process", message: `${detail}\nLogs are in ${join(log_dir, "")}.` });
}
