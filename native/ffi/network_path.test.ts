import { expect, test } from "bun:test";
import { assert } from "../../harness/domain/assert.ts";
import { chooseNetworkPath, type NetworkPath, type PathWish } from "./network_path.ts";
import type { RdmaDevice } from "./rdma_devices.ts";

const AUTO: PathWish = { protocol: "auto", device_names: [], gid_index: null, numa_node: null };
const LOCAL_GID = {
  gid_index: 0,
  gid: "fe80:0000:0000:0000:0000:00ff:fe00:0001",
  type: "roce_v1",
  netdev: null,
} as const;
/** 0a4d:0001 = 10.77.0.1 */
const IPV4_GID = {
  gid_index: 3,
  gid: "0000:0000:0000:0000:0000:ffff:0a4d:0001",
  type: "roce_v2",
  netdev: "eth0",
} as const;

function device(name: string, numa_node: number | null, active = true, driver = "mlx5_core"): RdmaDevice {
  const port = { port: 1, active, link_layer: "Ethernet", rate: "100 Gb/sec", gids: [LOCAL_GID, IPV4_GID] };
  return { name, numa_node, driver, ports: [port] };
}

function choose(wish: Partial<PathWish>, same_host: boolean, devices: readonly RdmaDevice[]): NetworkPath {
  const path = chooseNetworkPath({ ...AUTO, ...wish }, same_host, devices, "192.0.2.2");
  assert(path.ok, path.ok ? "" : path.error.detail);
  return path.value;
}

function refusal(wish: Partial<PathWish>, same_host: boolean, devices: readonly RdmaDevice[]): string {
  const path = chooseNetworkPath({ ...AUTO, ...wish }, same_host, devices, "192.0.2.2");
  return path.ok ? "" : path.error.detail;
}

test("auto takes shared memory on one host, rdma between hosts, and tcp with the reason where there is no device", () => {
  expect(choose({}, true, [device("mlx5_0", 0)]).path).toBe("shm");
  expect(choose({}, false, [device("mlx5_0", 0)]).path).toBe("rdma");
  const tcp = choose({}, false, []);
  expect(tcp.path).toBe("tcp");
  expect(tcp.why).toContain("no RDMA device");
});

test("what is asked for and cannot be had is an error", () => {
  expect(refusal({ protocol: "shm" }, false, [])).toContain("another host");
  expect(refusal({ protocol: "rdma" }, false, [])).toContain("no RDMA device");
  expect(refusal({ protocol: "rdma" }, true, [device("mlx5_0", 0, false)])).toContain("mlx5_0 down");
  expect(refusal({ device_names: ["mlx5_9"] }, false, [device("mlx5_0", 0)])).toContain("of mlx5_9");
  expect(refusal({ protocol: "rdma", gid_index: 7 }, false, [device("mlx5_0", 0)])).toContain("with GID 7");
});

test("what is asked for is taken although another path would do", () => {
  expect(choose({ protocol: "rdma" }, true, [device("mlx5_0", 0)]).path).toBe("rdma");
  expect(choose({ protocol: "tcp" }, true, [device("mlx5_0", 0)]).path).toBe("tcp");
});

test("the routable address of a device is its source, and the device near the memory goes first", () => {
  const path = choose({ numa_node: 1 }, false, [device("mlx5_0", 0), device("mlx5_1", 1)]);
  expect(path).toEqual({
    path: "rdma",
    why: "mlx5_1 is up, GID 3 (roce_v2), on NUMA node 1",
    device: "mlx5_1",
    gid_index: 3,
    fabric: { provider: "verbs;ofi_rxm", domain: "mlx5_1", gid_index: 3, source: "10.77.0.1" },
  });
});

test("named devices are taken in the order named, an asked GID index is kept, and efa has its own provider", () => {
  const devices = [device("mlx5_0", 0), device("efa_0", 1, true, "efa")];
  const path = choose({ device_names: ["efa_0", "mlx5_0"], gid_index: 0, numa_node: 0 }, false, devices);
  assert(path.path === "rdma", "a named device is taken");
  expect(path.device).toBe("efa_0");
  expect(path.gid_index).toBe(0);
  expect(path.fabric).toEqual({ provider: "efa", domain: "efa_0", gid_index: 0 });
});
