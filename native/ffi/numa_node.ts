// The NUMA node that this process's memory lies on, as far as the kernel ties it to one: a device on the same node is reached
// without crossing to the other socket.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../../harness/domain/result.ts";

/** The error says why there is no one node. `proc_status`: text of /proc/self/status. */
export function ownNumaNode(proc_status: string, sysfs_root: string): Result<number, string> {
  const memory_nodes = listIn(proc_status, "Mems_allowed_list");
  const [only, ...more] = memory_nodes;
  if (only !== undefined && more.length === 0) return ok(only);
  const cpus = new Set(listIn(proc_status, "Cpus_allowed_list"));
  const cpu_nodes = cpusByNode(sysfs_root)
    .filter(({ node_cpus }) => node_cpus.some((cpu) => cpus.has(cpu)))
    .map(({ node }) => node);
  const [near, ...others] = cpu_nodes;
  // Memory comes from the node of the CPU that first touches it.
  if (near !== undefined && others.length === 0) return ok(near);
  if (memory_nodes.length === 0) return err("the kernel does not say");
  return err(
    `this process may run on nodes ${memory_nodes.join(", ")}; bind it (numactl) to have the near device`,
  );
}

/** Of the running process. */
export function readNumaNode(sysfs_root = "/sys"): Result<number, string> {
  return ownNumaNode(readFileSync("/proc/self/status", "utf8"), sysfs_root);
}

function cpusByNode(sysfs_root: string): { readonly node: number; readonly node_cpus: readonly number[] }[] {
  const folder = join(sysfs_root, "devices/system/node");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const node = /^node(\d+)$/.exec(name)?.[1];
    const path = join(folder, name, "cpulist");
    return node === undefined || !existsSync(path)
      ? []
      : [{ node: Number(node), node_cpus: numbersOf(readFileSync(path, "utf8")) }];
  });
}

function listIn(proc_status: string, field: string): readonly number[] {
  return numbersOf(new RegExp(`^${field}:\\s*(\\S+)$`, "m").exec(proc_status)?.[1] ?? "");
}

/** "0-2,8" is [0, 1, 2, 8]. */
function numbersOf(list: string): readonly number[] {
  return list
    .trim()
    .split(",")
    .filter((range) => range !== "")
    .flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}
