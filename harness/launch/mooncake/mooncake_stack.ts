// A real Mooncake store on this machine: one master, then its owners, each with ports and a disk directory of its own. Stopped in
// reverse: owners take their leave of a master that still answers.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../clock/clock.ts";
import type { OwnerLaunch, StoreLaunchConfig } from "../../config/kv_offload/kv_offload_launch_config.ts";
import { MOONCAKE_PORTS_PER_OWNER } from "../../config/store_segments.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import {
  type OwnerPlace,
  ownerCommand,
  type StoreAddresses,
  segmentName,
  storeAddresses,
} from "./mooncake_commands.ts";
import { MASTER_STOP_GRACE_MS, startMooncakeMaster } from "./mooncake_master.ts";
import { OWNER_STOP_GRACE_MS, type StoreStartError, startMooncakeOwner } from "./mooncake_owner.ts";
import type { MooncakeProcess } from "./mooncake_process.ts";

export interface MooncakeStackOptions {
  readonly clock: Clock;
  readonly config: Pick<StoreLaunchConfig, "master" | "owner">;
  readonly owner_count: number;
  /** What the processes advertise; `127.0.0.1` on one machine. */
  readonly host: string;
  readonly log_dir: string;
  readonly env_file: string;
  readonly binaries: { readonly master: string; readonly client: string };
  readonly ready_timeout_ms: number;
  /** Settings that owners take from their environment; absent: this process's. */
  readonly preset_env?: OwnerPlace["preset_env"];
  readonly wrap: (argv: readonly string[]) => readonly string[];
  readonly network_pid: number | "self";
}

export interface MooncakeStack {
  readonly addresses: StoreAddresses;
  /** [owners]. */
  readonly segment_names: readonly string[];
  readonly master: MooncakeProcess;
  readonly owners: readonly MooncakeProcess[];
  stop(): Promise<void>;
}

export async function startMooncakeStack(
  options: MooncakeStackOptions,
): Promise<Result<MooncakeStack, StoreStartError>> {
  const { config, host, clock, wrap, log_dir, ready_timeout_ms, preset_env = process.env } = options;
  const addresses = storeAddresses(host, config.master);
  const place = (name: string) => ({ clock, wrap, log_path: join(log_dir, `${name}.log`) });
  const master = await startMooncakeMaster(
    {
      master: config.master,
      addresses,
      env_file: options.env_file,
      binary: options.binaries.master,
      ready_timeout_ms,
      network_pid: options.network_pid,
    },
    place("mooncake_master"),
  );
  if (!master.ok) return master;
  const owners: MooncakeProcess[] = [];
  const disks: string[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(owners.map((owner) => owner.stop(OWNER_STOP_GRACE_MS)));
    await master.value.stop(MASTER_STOP_GRACE_MS);
    for (const disk of disks) rmSync(disk, { recursive: true, force: true });
  };
  const placed = Array.from({ length: options.owner_count }, (_, index) => ownerAt(config.owner, index));
  for (const [index, owner] of placed.entries()) {
    const disk_path = owner.enable_offload ? makeDisk(owner, host, index) : null;
    if (disk_path !== null) disks.push(disk_path);
    const command = ownerCommand(owner, { host, disk_path, addresses, preset_env }, options.binaries.client);
    const started = await startMooncakeOwner(
      {
        command,
        segment_name: segmentName(host, owner),
        segment_port: owner.segment_port,
        metadata_url: addresses.metadata,
        ready_timeout_ms,
      },
      place(`mooncake_owner_${index}`),
    );
    if (!started.ok) {
      await stop();
      return err(started.error);
    }
    owners.push(started.value);
  }
  const segment_names = placed.map((owner) => segmentName(host, owner));
  return ok({ addresses, segment_names, master: master.value, owners, stop });
}

function ownerAt(owner: OwnerLaunch, index: number): OwnerLaunch {
  const shift = index * MOONCAKE_PORTS_PER_OWNER;
  return { ...owner, rpc_port: owner.rpc_port + shift, segment_port: owner.segment_port + shift };
}

/** `<base>/<host>.rpc<port>.<pid>`, as the wrapper names it; removed when the stack stops. */
function makeDisk({ disk_path, rpc_port }: OwnerLaunch, host: string, index: number): string {
  const path = join(disk_path, `${host}.rpc${rpc_port}.${process.pid}.${index}`);
  mkdirSync(path, { recursive: true });
  return path;
}
