// GPUs of this host, as nvidia-smi lists them, with the NUMA node that the kernel knows of each.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../domain/result.ts";
import { type GpuRow, parseGpuRows } from "./rdma/rdma_gpu_plan.ts";

export function findGpus(sysfs_root: string): Result<readonly GpuRow[], string> {
  const program = Bun.which("nvidia-smi");
  if (program === null) return err("nvidia-smi is not on PATH");
  const query = Bun.spawnSync([program, "--query-gpu=index,pci.bus_id", "--format=csv,noheader"], {
    timeout: 10_000,
  });
  if (query.exitCode !== 0) return err("nvidia-smi failed");
  return ok(parseGpuRows(query.stdout.toString(), (bdf) => numaOf(sysfs_root, bdf)));
}

function numaOf(sysfs_root: string, bdf: string): number {
  const path = join(sysfs_root, "bus/pci/devices", bdf, "numa_node");
  return existsSync(path) ? Number(readFileSync(path, "utf8")) : -1;
}
