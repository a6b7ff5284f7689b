import { expect, test } from "bun:test";
import {
  formatGpuNic,
  type GpuRow,
  type NicRow,
  parseGpuRows,
  pciDistance,
  planGpuNics,
} from "./rdma_gpu_plan.ts";

const gpu = (index: number, bdf: string, numa_node: number): GpuRow => ({ index, bdf, numa_node });
const nic = (name: string, bdf: string, numa_node: number, netdevs: string[] = []): NicRow => {
  return { name, bdf, numa_node, netdevs };
};

test("a net device named after the GPU is taken, and the nearest on the same NUMA node for the others", () => {
  const plan = planGpuNics(
    [gpu(0, "0000:10:00.0", 0), gpu(1, "0000:20:00.0", 0)],
    [nic("m0", "0000:21:00.0", 0), nic("m1", "0000:90:00.0", 1, ["gpu0rdma0"]), nic("m2", "0000:30:00.0", 0)],
  );
  expect(plan.rows.map(formatGpuNic)).toEqual([
    "0|0000:10:00.0|0|m1|exact-netdev",
    "1|0000:20:00.0|0|m0|same-numa-pci-distance",
  ]);
  expect(plan.sure).toBe(true);
});

test("a netdev of GPU 10 is none of GPU 1", () => {
  const plan = planGpuNics([gpu(1, "0000:10:00.0", -1)], [nic("m0", "0000:10:00.0", 0, ["gpu10rdma0"])]);
  expect(plan.rows[0]?.reason).toBe("global-pci-distance");
});

test("two net devices of one GPU: the first by name is taken and the plan is not sure", () => {
  const plan = planGpuNics(
    [gpu(0, "0000:10:00.0", 0)],
    [nic("m1", "0000:10:00.0", 0, ["gpu0rdma1"]), nic("m0", "0000:90:00.0", 0, ["gpu0rdma0"])],
  );
  expect(plan.rows.map(formatGpuNic)).toEqual(["0|0000:10:00.0|0|m0|ambiguous-exact-netdev"]);
  expect(plan.sure).toBe(false);
});

test("with no device on its node a GPU takes the nearest of all, and nothing once all are used", () => {
  const plan = planGpuNics(
    [gpu(0, "0000:10:00.0", 0), gpu(1, "0000:11:00.0", 0)],
    [nic("m0", "0000:90:00.0", 1)],
  );
  expect(plan.rows.map(({ nic, reason }) => [nic, reason])).toEqual([
    ["m0", "global-pci-distance"],
    ["", "no-unused-rnic-match"],
  ]);
  expect(plan.sure).toBe(false);
});

test("equally far devices are taken by name", () => {
  const plan = planGpuNics(
    [gpu(0, "0000:20:00.0", 0)],
    [nic("m1", "0000:21:00.0", 0), nic("m0", "0000:1f:00.0", 0)],
  );
  expect(plan.rows[0]?.nic).toBe("m0");
});

test("distance weighs domain, bus, device and function; a bad address is far", () => {
  // 1 × 1e6 + 2 × 1e3 + 3 × 10 + 1
  expect(pciDistance("0001:02:03.1", "0000:00:00.0")).toBe(1_002_031);
  expect(pciDistance("nonsense", "0000:00:00.0")).toBe(1_073_741_824);
});

test("nvidia-smi's eight digits of domain become the kernel's four", () => {
  const rows = parseGpuRows("0, 00000000:1B:00.0\n1, 00000001:3D:00.0\n\n", (bdf) =>
    bdf === "0000:1b:00.0" ? 0 : -1,
  );
  expect(rows).toEqual([gpu(0, "0000:1b:00.0", 0), gpu(1, "0001:3d:00.0", -1)]);
});
