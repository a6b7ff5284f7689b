// What a runtime needs of this host before a run: live, the native library, the proof that the client holds its streams, and
// the floor of the client on this machine; the simulator, nothing.

import { openDataPlane } from "../../native/ffi/open_data_plane.ts";
import type { Clock } from "../clock/clock.ts";
import { present } from "../domain/assert.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { sweepStaleDirs } from "../launch/runtime_dirs.ts";
import { proveConcurrency, streamsToProve } from "../load/floor/prove_concurrency.ts";
import { type MachineFloor, NO_FLOOR_IN_SIM } from "../measure/machine_floor.ts";
import type { Measured } from "../measure/run_summary.ts";
import { PlaneClock } from "../stack/plane_clock.ts";
import type { ArmRunner } from "./arm_runner.ts";
import { liveArmRunner } from "./live_arm.ts";
import { measureMachineFloor } from "./measure_machine_floor.ts";
import type { Progress } from "./progress.ts";
import type { RunContext } from "./run_context.ts";
import { simArmRunner } from "./sim_runner.ts";

export interface RunHost {
  readonly clock: Clock;
  readonly runArm: ArmRunner;
  readonly floor: Measured<MachineFloor>;
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
      close: () => Promise.resolve(),
    });
  }
  sweepStaleDirs();
  progress.stage("preparing the native library");
  const plane = openDataPlane();
  if (!plane.ok) return err(plane.error.detail);
  const clock = new PlaneClock(plane.value, os_clock);
  const { load } = present(context.plan.arms[0], "a plan has a baseline").config;
  const streams = await proveConcurrency(streamsToProve(load.concurrency), clock);
  if (!streams.ok) {
    await plane.value.close();
    return err(streams.error.detail);
  }
  progress.stage("measuring the client's own floor");
  const floor = await measureMachineFloor(clock, (deadline_ns) =>
    plane.value.submit([{ kind: "wait_until", deadline_ns }]).then(() => undefined),
  );
  if (!floor.ok) {
    await plane.value.close();
    return err(floor.error);
  }
  return ok({
    clock,
    floor: floor.value,
    runArm: liveArmRunner({ clock, plane: plane.value }),
    close: () => plane.value.close(),
  });
}
