import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RdmaDevice } from "../../harness/domain/rdma_device.ts";
import { readRdmaDevices } from "./rdma_devices.ts";
import { ipv4Gid, localGid, roceDevice, rocePort, writeSysfs } from "./rdma_host_fixture.ts";

let sys = "";

beforeEach(() => {
  sys = mkdtempSync(join(tmpdir(), "tierbench-sys-"));
});

afterEach(() => {
  rmSync(sys, { recursive: true });
});

test("a host without RDMA has no devices", () => {
  expect(readRdmaDevices(join(sys, "none"))).toEqual([]);
});

test("devices are read as the kernel shows them: PCI, node, driver, function, ports in order and set GIDs", () => {
  const infiniband_gid = { ...localGid(0, "ib"), netdev: null };
  const devices: readonly RdmaDevice[] = [
    roceDevice("mlx5_0", {
      ...{ bdf: "0000:17:00.0", numa_node: 1, netdevs: ["eth0"] },
      ports: [rocePort([localGid(0), ipv4Gid(3, 1)]), rocePort([], { port: 2, active: false })],
    }),
    roceDevice("mlx5_1", {
      ...{ bdf: "0000:65:00.0", numa_node: 0, netdevs: ["ib0"] },
      ports: [rocePort([infiniband_gid], { link_layer: "InfiniBand", rate: "400 Gb/sec (4X NDR)" })],
    }),
    roceDevice("mlx5_2", { bdf: "0000:17:00.1", is_virtual_function: true, ports: [rocePort([])] }),
    roceDevice("rxe0", { driver: null, ports: [rocePort([ipv4Gid(1, 1, "dummy0")])] }),
  ];
  writeSysfs(sys, devices);
  expect(readRdmaDevices(join(sys, "class/infiniband"))).toEqual(devices);
});
