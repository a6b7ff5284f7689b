import { expect, test } from "bun:test";
import { assert } from "../../harness/domain/assert.ts";
import type { RdmaDevice } from "../../harness/domain/rdma_device.ts";
import { chooseNetworkPath, type NetworkPath, type PathWish } from "./network_path.ts";
import { localGid, roceDevice, rocePort } from "./rdma_host_fixture.ts";

const AUTO: PathWish = { protocol: "auto", device_names: [], gid_index: null, numa_node: null };
const UP = roceDevice("mlx5_0");
const DOWN = roceDevice("mlx5_0", { ports: [rocePort([], { active: false })] });

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
  expect(choose({}, true, [UP]).path).toBe("shm");
  expect(choose({}, false, [UP]).path).toBe("rdma");
  const tcp = choose({}, false, []);
  expect(tcp.path).toBe("tcp");
  expect(tcp.why).toContain("no RDMA device");
});

test("what is asked for and cannot be had is an error", () => {
  expect(refusal({ protocol: "shm" }, false, [])).toContain("another host");
  expect(refusal({ protocol: "rdma" }, false, [])).toContain("no RDMA device");
  expect(refusal({ protocol: "rdma" }, true, [DOWN])).toContain("mlx5_0: port 1 down. Bring a port up");
  expect(refusal({ device_names: ["mlx5_9"] }, false, [UP])).toContain("mlx5_9: is named, and");
  expect(refusal({ protocol: "rdma", gid_index: 7 }, false, [UP])).toContain("without GID 7");
});

test("what is asked for is taken although another path would do", () => {
  expect(choose({ protocol: "rdma" }, true, [UP]).path).toBe("rdma");
  expect(choose({ protocol: "tcp" }, true, [UP]).path).toBe("tcp");
});

test("a device's IPv4 address is where its endpoint listens, and the reason names what it was chosen over", () => {
  const devices = [roceDevice("mlx5_0", { numa_node: 0 }), roceDevice("mlx5_1", { numa_node: 1 })];
  expect(choose({ numa_node: 1 }, false, devices)).toEqual({
    path: "rdma",
    why: "port 1 is active at 100 Gb/sec (4X EDR), GID 3 (RoCE v2, 10.77.0.1, eth0); before mlx5_0, for it is on NUMA node 1, as this process's memory is",
    device: "mlx5_1",
    gid_index: 3,
    fabric: { provider: "verbs;ofi_rxm", domain: "mlx5_1", gid_index: 3, source: "10.77.0.1" },
  });
});

test("efa has its own provider, and a device without an IPv4 address is left to choose its source", () => {
  const efa = roceDevice("efa_0", { driver: "efa", ports: [rocePort([localGid(0, "unknown")])] });
  expect(choose({}, false, [efa])).toMatchObject({
    path: "rdma",
    fabric: { provider: "efa", domain: "efa_0", gid_index: 0 },
  });
});
