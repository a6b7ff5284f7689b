// Where a launch happens: this machine and the job's other hosts, with the devices of this one.

import { hostname, networkInterfaces } from "node:os";
import { readRdmaDevices } from "../../../native/ffi/rdma_devices.ts";
import { HOSTS_VARIABLE } from "../../config/cluster_target.ts";
import { ok, type Result } from "../../domain/result.ts";
import { advertisedHost } from "../../launch/advertised_host.ts";
import { hostDevices } from "../../launch/cluster/cluster_devices.ts";
import { clusterHosts } from "../../launch/cluster/cluster_hosts.ts";
import { findGpus } from "../../launch/find_gpus.ts";
import { findMooncake, mooncakeBinary } from "../../launch/mooncake/mooncake_install.ts";
import type { LaunchPlace, PlanRouter } from "../../launch/vllm/vllm_plan.ts";

/** `address`: what this machine advertises; null: its first global address. The error is worded for the user. */
export function findLaunchPlace(
  address: string | null,
  run_dir: string,
  planRouter: PlanRouter,
): Result<Omit<LaunchPlace, "uses_mooncake">, string> {
  const hosts = clusterHosts(
    process.env[HOSTS_VARIABLE],
    address ?? advertisedHost(networkInterfaces(), hostname()),
  );
  if (!hosts.ok) return hosts;
  const gpus = findGpus("/sys");
  return ok({
    hosts: hosts.value,
    devices: hostDevices(readRdmaDevices(), gpus.ok ? gpus.value : [], process.env["CUDA_VISIBLE_DEVICES"]),
    run_dir,
    binaries: mooncakeBinaries(),
    preset_env: process.env,
    planRouter,
  });
}

/** The installed wheel's own binaries, whose scripts on PATH would not pass signals on; else what PATH has. */
function mooncakeBinaries(): LaunchPlace["binaries"] {
  const venv = findMooncake();
  if (!venv.ok) return { master: "mooncake_master", client: "mooncake_client" };
  return {
    master: mooncakeBinary(venv.value, "mooncake_master"),
    client: mooncakeBinary(venv.value, "mooncake_client"),
  };
}
