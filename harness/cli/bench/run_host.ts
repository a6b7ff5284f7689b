// What a runtime needs of this host before a run: live, the native library, the proof that the client holds its streams, and
// the floor of the client on this machine; the simulator, nothing.

import type { DataPlane } from "../../../native/ffi/data_plane.ts";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import type { Clock } from "../../clock/clock.ts";
import { usesMooncake } from "../../config/uses_shared_store.ts";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { findMooncake } from "../../launch/mooncake/mooncake_install.ts";
import { sweepStaleDirs } from "../../launch/runtime_dirs.ts";
import type { LoadClients } from "../../load/clients/load_clients.ts";
import { proveConcurrency, streamsToProve } from "../../load/floor/prove_concurrency.ts";
import { type MachineFloor, NO_FLOOR_IN_SIM } from "../../measure/machine_floor.ts";
import type { ChosenPath } from "../../measure/manifest.ts";
import type { Measured } from "../../measure/run_summary.ts";
import { PlaneClock } from "../../stack/plane_clock.ts";
import { type ClusterArms, clusterArms } from "../cluster/cluster_arm.ts";
import { endpointArmRunner } from "../endpoint/endpoint_arm.ts";
import { probeEndpoints } from "../endpoint/prepare_endpoints.ts";
import { measureMachineFloor, withClients } from "../floor/measure_machine_floor.ts";
import { liveArmRunner } from "../live/live_arm.ts";
import type { Progress } from "../progress.ts";
import { simArmRunner } from "../sim/sim_runner.ts";
import type { ArmRunner } from "./arm_runner.ts";
import type { LoadHost } from "./drive_load.ts";
import { openClients } from "./open_clients.ts";
import { planePacer } from "./plane_pacer.ts";
import { provePaths } from "./prove_paths.ts";
import type { RunContext } from "./run_context.ts";

export interface RunHost {
  readonly clock: Clock;
  readonly runArm: ArmRunner;
  readonly floor: Measured<MachineFloor>;
  /** Between the nodes of stacks that this program starts. */
  readonly paths: readonly ChosenPath[];
  close(): Promise<void>;
}

/** The error is worded for the user. */
export async function openHost(
  context: RunContext,
  os_clock: Clock,
  progress: Progress,
): Promise<Result<RunHost, string>> {
  if (context.options.runtime === "sim") {
    return ok({
      clock: os_clock,
      runArm: simArmRunner(context.options.host),
      floor: NO_FLOOR_IN_SIM,
      paths: [],
      close: () => Promise.resolve(),
    });
  }
  sweepStaleDirs();
  const store = proveStore(context);
  if (!store.ok) return store;
  progress.stage("preparing the native library");
  const plane = openDataPlane();
  if (!plane.ok) return err(plane.error.detail);
  const paths = await provePaths(context);
  if (!paths.ok) {
    await plane.value.close();
    return paths;
  }
  const clock = new PlaneClock(plane.value, os_clock);
  const { load } = present(context.plan.arms[0], "a plan has a baseline").config;
  const streams = await proveConcurrency(streamsToProve(load.concurrency), clock);
  if (!streams.ok) {
    await plane.value.close();
    return err(streams.error.detail);
  }
  const answers = await probeEndpoints(context, clock);
  if (!answers.ok) {
    await plane.value.close();
    return answers;
  }
  progress.stage("measuring the client's own floor");
  const client = await measureClient(context, clock, plane.value);
  if (!client.ok) {
    await plane.value.close();
    return client;
  }
  const { floor, clients } = client.value;
  const arms = armsOf(context, { clock, plane: plane.value, clients });
  return ok({
    clock,
    floor,
    paths: paths.value,
    runArm: arms.runArm,
    close: async () => {
      await arms.close();
      await clients?.[Symbol.asyncDispose]();
      await plane.value.close();
    },
  });
}

function armsOf({ options }: RunContext, host: LoadHost): ClusterArms {
  if (options.runtime === "cluster") return clusterArms(host);
  const runArm = options.endpoints.length > 0 ? endpointArmRunner(host) : liveArmRunner(host);
  return { runArm, close: () => Promise.resolve() };
}

/** The floor of one client says how many the load needs; with several, the floor is theirs. */
async function measureClient(
  context: RunContext,
  clock: Clock,
  plane: DataPlane,
): Promise<Result<{ readonly floor: MachineFloor; readonly clients: LoadClients | null }, string>> {
  const own = await measureMachineFloor(clock, planePacer(plane));
  if (!own.ok) return own;
  const { floor, cost } = own.value;
  const clients = await openClients(context, cost, clock);
  if (!clients.ok) return clients;
  if (clients.value === null) return ok({ floor, clients: null });
  const of_all = await withClients(floor, clients.value);
  if (of_all.ok) return ok({ floor: of_all.value, clients: clients.value });
  await clients.value[Symbol.asyncDispose]();
  return of_all;
}

/** The real store is there before anything is started for it. */
function proveStore({ plan }: RunContext): Result<null, string> {
  const wanted = plan.arms.some(({ config, endpoint }) => endpoint === undefined && usesMooncake(config));
  const found = wanted ? findMooncake() : ok(null);
  return found.ok ? ok(null) : err(`store.kind mooncake: ${found.error}`);
}
