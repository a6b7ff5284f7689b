// What `doctor` says of RDMA: the devices, which of them would be taken to another host and why not the others, and what Mooncake's
// own rules make of them.

import type { RdmaVerdict } from "../../../native/ffi/rdma_choice.ts";
import { GID_RULE } from "../../../native/ffi/rdma_gid_choice.ts";
import type { RdmaDevice, RdmaPort } from "../../domain/rdma_device.ts";
import { formatGpuNic } from "../../launch/rdma/rdma_gpu_plan.ts";
import type { DoctorFacts } from "./doctor_facts.ts";
import { describeFact, factLine } from "./fact_line.ts";

export function rdmaLines(facts: DoctorFacts): string[] {
  return [...deviceLines(facts), ...choiceLines(facts), ...mooncakeLines(facts)];
}

function deviceLines({ rdma_devices, numa_node }: DoctorFacts): string[] {
  const numa = factLine("numa node", describeFact(numa_node, String));
  if (rdma_devices.length === 0)
    return [numa, factLine("rdma", "n/a (no device under /sys/class/infiniband)")];
  return [numa, ...rdma_devices.map((device) => factLine("rdma", describeDevice(device)))];
}

function describeDevice(device: RdmaDevice): string {
  const { name, bdf, driver, numa_node, is_virtual_function, netdevs, ports } = device;
  return [
    name,
    driver ?? "software",
    ...(bdf === null ? [] : [bdf]),
    numa_node === null ? "no numa node" : `numa ${numa_node}`,
    ...(is_virtual_function ? ["virtual function"] : []),
    ...(netdevs.length === 0 ? [] : [netdevs.join(",")]),
    ...ports.map(describePort),
  ].join(", ");
}

function describePort({ port, active, link_layer, rate, gids }: RdmaPort): string {
  return active
    ? `port ${port} active (${link_layer}, ${rate}, ${gids.length} GID${gids.length === 1 ? "" : "s"})`
    : `port ${port} down`;
}

function choiceLines({ network_path, rdma_verdicts }: DoctorFacts): string[] {
  const path = describeFact(network_path, ({ path, why }) => `${path}: ${why}`);
  const others = rdma_verdicts.filter(({ choice }, i) => i > 0 || choice === null);
  const rule = rdma_verdicts.length === 0 ? [] : [factLine("", `address of a device: ${GID_RULE}`)];
  return [
    factLine("to hosts", path),
    ...others.map(({ name, why }) => factLine("", `not ${name}: ${why}`)),
    ...rule,
    ...mixedLines(rdma_verdicts),
  ];
}

function mixedLines(verdicts: readonly RdmaVerdict[]): string[] {
  const usable = verdicts.flatMap(({ choice }) => choice ?? []);
  const layers = new Set(
    usable.flatMap(({ device, gid }) =>
      device.ports.filter(({ gids }) => gids.includes(gid)).map(({ link_layer }) => link_layer),
    ),
  );
  if (layers.size < 2) return [];
  const advice = "reach different peers: name those of one network in link.device_names";
  return [factLine("", `devices on ${[...layers].sort().join(" and ")} ${advice}`)];
}

/** The owner scripts' rules, which Mooncake is launched by: one index for all devices, and a device for each GPU. */
function mooncakeLines({ rdma_devices, gid_index, gpus, gpu_nic_plan }: DoctorFacts): string[] {
  const gpu = describeFact(gpus, (rows) => rows.map(({ index, bdf }) => `${index} ${bdf}`).join(", "));
  if (rdma_devices.length === 0) return [factLine("gpu", gpu)];
  const index = describeFact(gid_index, ({ index, counts }) => {
    const [v2_global, global, v2, all] = counts;
    return `MC_GID_INDEX=${index} (RoCE v2 not link-local ${v2_global}, not link-local ${global}, RoCE v2 ${v2}, all ${all})`;
  });
  const plan = (gpu_nic_plan?.rows ?? []).map((row) => factLine("gpu→nic", formatGpuNic(row)));
  const doubt = gpu_nic_plan?.sure === false ? [factLine("gpu→nic", "not sure: see the reasons above")] : [];
  return [factLine("mc gid", index), factLine("gpu", gpu), ...plan, ...doubt];
}
