// A small live stack on default profiles, for tests that ask its processes something.

import { join } from "node:path";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import { OsClock } from "../../clock/os_clock.ts";
import { parseArmConfig } from "../../config/arm_schema.ts";
import { findGpuProfile } from "../../config/profiles/gpus.ts";
import { findModelProfile } from "../../config/profiles/models.ts";
import { parseTopology } from "../../domain/topology.ts";
import { PlaneClock } from "../../stack/plane_clock.ts";
import { LiveStack } from "./live_stack.ts";

/** Of the arm that `settings` describe; logs and disk tier are below `directory`, which the caller removes. */
export async function startLiveStack(
  directory: string,
  settings: { readonly topology: string; readonly [setting: string]: unknown },
): Promise<LiveStack> {
  const arm = parseArmConfig(settings);
  const topology = parseTopology(settings.topology);
  const model = findModelProfile("laptop-1b");
  const gpu = findGpuProfile("laptop");
  const plane = openDataPlane();
  if (!arm.ok || !topology.ok || !model.ok || !gpu.ok || !plane.ok) throw new Error("the settings are valid");
  const started = await LiveStack.start({
    clock: new PlaneClock(plane.value, new OsClock()),
    arm: arm.value,
    topology: topology.value,
    profiles: { model: model.value, gpu: gpu.value },
    generation: 1,
    log_dir: join(directory, "logs"),
    disk_dir: join(directory, "disk"),
  });
  await plane.value.close();
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}
