// Starts a real master (`mooncake_master`), or takes over one that runs already, as the scripts do (spec:
// vllm_mooncake_store_connector.md §1.8, start_mooncake_master.sh).

import { writeFileSync } from "node:fs";
import type { MasterLaunch } from "../../config/kv_offload/kv_offload_launch_config.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { masterCommand, masterEnvFile, type StoreAddresses } from "./mooncake_commands.ts";
import type { StoreStartError } from "./mooncake_owner.ts";
import { listeningPorts, MooncakeProcess, type ProcessPlace } from "./mooncake_process.ts";

export interface MasterStart {
  readonly master: MasterLaunch;
  readonly addresses: StoreAddresses;
  readonly env_file: string;
  readonly binary: string;
  readonly ready_timeout_ms: number;
  /** A process whose network namespace the master shall live in, to see beforehand which ports are taken. */
  readonly network_pid: number | "self";
}

const LOG_LINES_SHOWN = 50;
export const MASTER_STOP_GRACE_MS = 5_000;

export async function startMooncakeMaster(
  start: MasterStart,
  place: ProcessPlace,
): Promise<Result<MooncakeProcess, StoreStartError>> {
  const ports = masterPorts(start.master);
  const listening = listeningPorts(start.network_pid);
  if (ports.some((port) => listening.has(port))) {
    return err({
      code: "port_in_use",
      detail: `Error: one of the Mooncake master ports (${ports.join(", ")}) is already in use. Stop what listens there, or set other ports under master.`,
    });
  }
  const process = new MooncakeProcess(masterCommand(start.master, start.binary), place);
  const outcome = await process.waitFor(ports, start.ready_timeout_ms);
  if (outcome === "ready") {
    writeFileSync(start.env_file, masterEnvFile(start.addresses));
    return ok(process);
  }
  await process.stop(MASTER_STOP_GRACE_MS);
  const what =
    outcome === "exited"
      ? "Mooncake master exited before becoming ready."
      : `Timed out waiting for the Mooncake master's ports ${ports.join(", ")}.`;
  return err({ code: outcome, detail: `${what}\n${process.lastLines(LOG_LINES_SHOWN)}` });
}

export function masterPorts({ rpc_port, http_port, metrics_port }: MasterLaunch): readonly number[] {
  return [rpc_port, http_port, metrics_port];
}
