import { expect, test } from "bun:test";
import type { RdmaDevice } from "../../harness/domain/rdma_device.ts";
import { judgeRdmaDevices, type RdmaWish } from "./rdma_choice.ts";
import { localGid, roceDevice, rocePort } from "./rdma_host_fixture.ts";

const ANY: RdmaWish = { device_names: [], gid_index: null, numa_node: null };
const FAST = { rate: "400 Gb/sec (4X NDR)" };
const HERE = "port 1 is active at 100 Gb/sec (4X EDR), GID 3 (RoCE v2, 10.77.0.1, eth0)";

function judged(wish: Partial<RdmaWish>, devices: readonly RdmaDevice[]): string[] {
  return judgeRdmaDevices({ ...ANY, ...wish }, devices).map(
    ({ name, choice, why }) => `${name} ${choice === null ? "✗" : "✓"} ${why}`,
  );
}

test("one device that is up is taken, with its port and address", () => {
  expect(judged({}, [roceDevice("mlx5_0")])).toEqual([`mlx5_0 ✓ ${HERE}`]);
});

test("of several the one on the process's NUMA node goes first, though another is faster", () => {
  const far = roceDevice("mlx5_0", { numa_node: 0, ports: [rocePort([localGid(0)], FAST)] });
  expect(judged({ numa_node: 1 }, [far, roceDevice("mlx5_1", { numa_node: 1 })])).toEqual([
    `mlx5_1 ✓ ${HERE}; before mlx5_0, for it is on NUMA node 1, as this process's memory is`,
    "mlx5_0 ✓ could be used, but mlx5_1 is on NUMA node 1, as this process's memory is",
  ]);
});

test("a physical function goes before a virtual one, then the faster, then the first by name", () => {
  const fast_function = roceDevice("a", {
    is_virtual_function: true,
    ports: [rocePort([localGid(0)], FAST)],
  });
  const slow = roceDevice("b", { ports: [rocePort([localGid(0)], { rate: "25 Gb/sec (1X EDR)" })] });
  expect(judged({}, [fast_function, slow, roceDevice("d"), roceDevice("c")])).toEqual([
    `c ✓ ${HERE}; before d, for it comes first by name`,
    "d ✓ could be used, but c comes first by name",
    "b ✓ could be used, but c is faster (100 Gbit/s)",
    "a ✓ could be used, but c is no virtual function",
  ]);
});

test("devices that cannot be used say why", () => {
  const down = roceDevice("down", {
    ports: [rocePort([], { active: false }), rocePort([], { port: 2, active: false })],
  });
  const bare = roceDevice("bare", { ports: [rocePort([])] });
  expect(judged({}, [down, bare, roceDevice("portless", { ports: [] })])).toEqual([
    "down ✗ port 1 and port 2 down",
    "bare ✗ port 1 active, but without an address (no GID is set)",
    "portless ✗ has no port",
  ]);
});

test("a GID index that is asked for rules out devices without it", () => {
  const other = roceDevice("mlx5_1", { ports: [rocePort([localGid(1)])] });
  expect(judged({ gid_index: 3 }, [other, roceDevice("mlx5_0")])).toEqual([
    `mlx5_0 ✓ ${HERE}`,
    "mlx5_1 ✗ port 1 active, but without GID 3; set are 1",
  ]);
});

test("named devices are taken in the order named, and no other instead", () => {
  const devices = [roceDevice("a", { numa_node: 0 }), roceDevice("b"), roceDevice("c")];
  expect(judged({ device_names: ["c", "mlx5_9", "a"], numa_node: 0 }, devices)).toEqual([
    `c ✓ ${HERE}; before a, for it is named before it`,
    "a ✓ could be used, but c is named before it",
    "b ✗ is not among the devices asked for (c, mlx5_9, a)",
    "mlx5_9 ✗ is named, and this host has no such device",
  ]);
});
