import { expect, test } from "bun:test";
import { readClusterDeployment } from "../../config/cluster_deployment.ts";
import { parseDeployment } from "../../config/kv_offload/kv_offload_file.ts";
import { present } from "../../domain/assert.ts";
import type { RdmaDevice } from "../../domain/rdma_device.ts";
import { parseTopology, type Topology } from "../../domain/topology.ts";
import { hostDevices, NO_DEVICES } from "../cluster/cluster_devices.ts";
import { clusterHosts } from "../cluster/cluster_hosts.ts";
import { type LaunchPlace, type LaunchStep, planLaunch, TOO_FEW_GPUS } from "./vllm_plan.ts";

function topologyOf(name: string): Topology {
  const topology = parseTopology(name);
  if (!topology.ok) throw new Error(topology.error);
  return topology.value;
}

function hostsOf(names: string) {
  const hosts = clusterHosts(names, "10.0.0.1");
  if (!hosts.ok) throw new Error(hosts.error);
  return hosts.value;
}

const PLACE: LaunchPlace = {
  hosts: hostsOf(""),
  devices: NO_DEVICES,
  run_dir: "/run",
  uses_mooncake: true,
  binaries: { master: "mooncake_master", client: "mooncake_client" },
  preset_env: {},
  planRouter: (engines) => ({
    argv: ["router"],
    file: { path: "/run/router.json", text: engines.map(({ url }) => url).join(" ") },
  }),
};

function stepsOf(topology: string, place: LaunchPlace, changes: object = {}): readonly LaunchStep[] {
  const given = readClusterDeployment(undefined, topology);
  if (!given.ok) throw new Error("the default is valid");
  const deployment =
    Object.keys(changes).length === 0
      ? given
      : parseDeployment({
          inference: { kv_cache_offload: { type: "mooncake", cpu: { num_bytes: "1GiB" } } },
          ...{ deployment: "disaggregated", launcher: "local" },
          ...changes,
        });
  if (!deployment.ok) throw new Error(JSON.stringify(deployment.error));
  return planLaunch(deployment.value, topologyOf(topology), place).steps;
}

function stepOf(steps: readonly LaunchStep[], name: string): LaunchStep {
  return present(
    steps.find((step) => step.name === name),
    `there is a step ${name}`,
  );
}

function nic(name: string, bdf: string): RdmaDevice {
  const gid = "0000:0000:0000:0000:0000:ffff:0a00:0001";
  const gids = [{ gid_index: 3, gid, type: "roce_v2", netdev: "e0" }] as const;
  const port = { port: 1, active: true, link_layer: "Ethernet", rate: "100 Gb/sec (4X EDR)", gids };
  return {
    ...{ name, bdf, numa_node: 0, driver: "mlx5_core", is_virtual_function: false, netdevs: [] },
    ports: [port],
  };
}

const gpu = (index: number, bdf: string) => ({ index, bdf, numa_node: 0 });

/** On another host it stands behind srun, since Slurm gives a step a CUDA_VISIBLE_DEVICES of its own. */
function settingOf({ command, host }: LaunchStep, name: string): string | undefined {
  if (host.is_head) return command.env[name];
  const setting = command.argv.find((word) => word.startsWith(`${name}=`));
  return setting?.slice(name.length + 1);
}

test("on several hosts the head has the master and the router, every host an owner, and engines go round", () => {
  const steps = stepsOf("3p1d", { ...PLACE, hosts: hostsOf("a,b") });
  expect(steps.map(({ name, host }) => `${name}@${host.address}`)).toEqual([
    ...["mooncake_master@a", "mooncake_owner@a", "mooncake_owner_1@b"],
    ...["prefill-0@a", "prefill-1@b", "prefill-2@a", "decode-0@b", "router@a"],
  ]);
  const remote = stepOf(steps, "prefill-1");
  expect(remote.command.argv.slice(0, 6)).toEqual([
    ...["srun", "--overlap", "--nodes=1", "--ntasks=1", "--nodelist=b", "--export=ALL"],
  ]);
  expect(remote.url).toBe("http://b:8101");
  expect(stepOf(steps, "prefill-0").url).toBe("http://127.0.0.1:8100");
  const segmentOf = (name: string) => settingOf(stepOf(steps, name), "MOONCAKE_PREFERRED_SEGMENT");
  expect([segmentOf("prefill-0"), segmentOf("prefill-1")]).toEqual(["a:50053", "b:50053"]);
  expect(stepOf(steps, "mooncake_owner_1").command.argv).toContain("--master_server_address=a:50051");
});

test("engines of one host get GPUs of their own, ranks and all, and so do those of the next", () => {
  const engine = { gpus_per_engine: 2 };
  const steps = stepsOf("3p1d", { ...PLACE, hosts: hostsOf("a,b") }, { engine });
  const gpus = ["prefill-0", "prefill-1", "prefill-2", "decode-0"].map((name) =>
    settingOf(stepOf(steps, name), "CUDA_VISIBLE_DEVICES"),
  );
  expect(gpus).toEqual(["0,1", "0,1", "2,3", "2,3"]);
});

test("GPUs that the batch system gave are the ones that are dealt out; too few are said so", () => {
  const devices = hostDevices([], [], "4,6");
  const steps = stepsOf("2p1d", { ...PLACE, devices });
  expect(stepOf(steps, "prefill-1").command.env["CUDA_VISIBLE_DEVICES"]).toBe("6");
  expect(stepOf(steps, "decode-0").notes).toContain(TOO_FEW_GPUS);
});

test("the best GID index and the devices beside the GPUs reach owner, worker file and engines", () => {
  const rdma = [nic("mlx5_1", "0000:21:00.0"), nic("mlx5_0", "0000:11:00.0")];
  const devices = hostDevices(rdma, [gpu(0, "0000:10:00.0"), gpu(1, "0000:20:00.0")], undefined);
  const place = { ...PLACE, devices };
  const steps = stepsOf("1p1d", place);
  expect(stepOf(steps, "prefill-0").command.env["MC_GID_INDEX"]).toBe("3");
  const owner = stepOf(steps, "mooncake_owner");
  expect(owner.command.argv).toContain("--device_names=mlx5_1,mlx5_0");
  expect(owner.command.env["MC_GID_INDEX"]).toBe("3");
  const given = readClusterDeployment(undefined, "1p1d");
  if (!given.ok) throw new Error("the default is valid");
  const { files } = planLaunch(given.value, topologyOf("1p1d"), place);
  expect(files.find(({ path }) => path.endsWith("worker.json"))?.text).toContain(
    '"device_name":"mlx5_0,mlx5_1"',
  );
});

test("the user's own GID index wins; over TCP there is none", () => {
  const devices = { ...NO_DEVICES, gid_index: 3 };
  const own = stepsOf("1p1d", { ...PLACE, devices, preset_env: { MC_GID_INDEX: "5" } });
  expect(stepOf(own, "prefill-0").command.env["MC_GID_INDEX"]).toBe("5");
  expect(stepOf(own, "mooncake_owner").command.env["MC_GID_INDEX"]).toBe("5");
  const tcp = { worker: { protocol: "tcp" }, owner: { protocol: "tcp" } };
  const steps = stepsOf("1p1d", { ...PLACE, devices }, tcp);
  for (const { command } of steps) expect(command.env).not.toHaveProperty("MC_GID_INDEX");
});

test("hosts that are named twice, or not at all, are refused", () => {
  expect(clusterHosts("a,a", "x").ok).toBe(false);
  expect(clusterHosts("a,,b", "x").ok).toBe(false);
  expect(clusterHosts("a", "10.0.0.1")).toEqual({
    ok: true,
    value: [{ address: "10.0.0.1", is_head: true }],
  });
});
