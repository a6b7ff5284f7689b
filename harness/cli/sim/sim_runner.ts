// The simulator as a runner of arms.

import type { FaultConfig } from "../../config/arm_config.ts";
import type { HostName } from "../../config/bench_options.ts";
import type { HostProfile } from "../../domain/host_profile.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Topology } from "../../domain/topology.ts";
import { msToNs } from "../../domain/units.ts";
import { CLUSTER_HOST, LAPTOP_HOST } from "../../sim/host_profile.ts";
import type { SimFault } from "../../sim/sim_fault.ts";
import type { ArmOutcome, ArmRunner, ArmRunOptions, StackFailure } from "../bench/arm_runner.ts";
import { runSimArm } from "./sim_arm.ts";

/** host null: the laptop. */
export function simArmRunner(host: HostProfile | HostName | null): ArmRunner {
  const profile = host === null || typeof host === "string" ? HOSTS[host ?? "laptop"] : host;
  return (options) => simulateArm(options, profile);
}

const HOSTS: Readonly<Record<HostName, HostProfile>> = { laptop: LAPTOP_HOST, cluster: CLUSTER_HOST };

async function simulateArm(
  options: ArmRunOptions,
  host: HostProfile,
): Promise<Result<ArmOutcome, StackFailure>> {
  const configs = options.arm.config.faults;
  const faults: SimFault[] = [];
  for (const [i, config] of configs.entries()) {
    const fault = simFault(options.topology, config);
    if (fault === null) return err(unknownFault(i, config));
    faults.push(fault);
  }
  options.onStage("simulating");
  let death: string | null = null;
  let refused_by: string | null = null;
  const outcome = await runSimArm({
    ...options,
    faults,
    host,
    onInjected: (fault, at_ns) => {
      const config = configs[faults.indexOf(fault)];
      if (config !== undefined) options.onFault(`injected ${config.process}: ${config.action}`, at_ns);
      if (fault.kind === "stack_death") death = fault.process_name;
    },
    onWeightsRefused: (engine_name) => {
      refused_by = engine_name;
    },
  });
  if (refused_by !== null) {
    const message = `the weights were not updated: ${refused_by} could not empty its caches`;
    return err({ code: "process", message });
  }
  if (death === null) return ok(outcome);
  return err({ code: "process", message: `the stack died under load: ${death} killed` });
}

/** As live: without its master or an owner a stack serves on, without an engine or the router it is another stack. */
function simFault(
  { nodes, engines, owners }: Topology,
  { process: name, action, at_ms }: FaultConfig,
): SimFault | null {
  const at_ns = msToNs(at_ms);
  const owner_index = owners.findIndex((owner) => owner.owner_name === name);
  const engine_index = engines.findIndex((engine) => engine.engine_name === name);
  const kill = action === "kill";
  const master_index = name === "master" ? 0 : nodes.findIndex((node) => name === `master-${node}`);
  if (master_index >= 0) {
    if (kill) return { kind: "master_restart", index: master_index, at_ns, away_ns: null };
    return { kind: action, process: "master", index: master_index, at_ns };
  }
  if (owner_index >= 0) {
    if (kill) return { kind: "owner_death", owner_index, at_ns, away_ns: null };
    return { kind: action, process: "owner", index: owner_index, at_ns };
  }
  if (kill && (engine_index >= 0 || name === "router"))
    return { kind: "stack_death", process_name: name, at_ns };
  if (kill || engine_index < 0) return null;
  return { kind: action, process: "engine", index: engine_index, at_ns };
}

function unknownFault(i: number, { process: name, action }: FaultConfig): StackFailure {
  return {
    code: "process",
    message:
      `faults[${i}]: must kill, pause or resume the master, an owner or an engine of the topology, or kill the router, ` +
      `in the simulator, got ${action} of ${name}. Use --runtime live.`,
  };
}
