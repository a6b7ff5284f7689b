// The simulator as a runner of arms. It is done before anyone could interrupt it, so it reports no progress in between.

import type { FaultConfig } from "../config/arm_config.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { NS_PER_MS } from "../domain/units.ts";
import { LAPTOP_HOST } from "../sim/host_profile.ts";
import type { SimFault } from "../sim/sim_fault.ts";
import type { ArmOutcome, ArmRunner, ArmRunOptions, StackFailure } from "./arm_runner.ts";
import { runSimArm } from "./sim_arm.ts";

/** host null: the built-in laptop. */
export function simArmRunner(host: HostProfile | null): ArmRunner {
  return (options) => simulateArm(options, host ?? LAPTOP_HOST);
}

async function simulateArm(
  options: ArmRunOptions,
  host: HostProfile,
): Promise<Result<ArmOutcome, StackFailure>> {
  const faults: SimFault[] = [];
  for (const [i, fault] of options.arm.config.faults.entries()) {
    const simulated = simFault(options, fault);
    if (simulated === null) return err(unknownFault(i, fault));
    faults.push(simulated);
  }
  options.onStage("simulating");
  return ok(await runSimArm({ ...options, faults, host }));
}

/** Null: the simulator has no such fault. */
function simFault(
  { topology }: ArmRunOptions,
  { process: name, action, at_ms }: FaultConfig,
): SimFault | null {
  const owner_index = topology.owners.findIndex((owner) => owner.owner_name === name);
  if (owner_index < 0 || action !== "kill") return null;
  return { kind: "owner_death", owner_index, at_ns: at_ms * NS_PER_MS, away_ns: null };
}

function unknownFault(i: number, { process: name, action }: FaultConfig): StackFailure {
  return {
    code: "process",
    message: `faults[${i}]: must be the kill of an owner in the simulator, got ${action} of ${name}. Use --runtime live.`,
  };
}
