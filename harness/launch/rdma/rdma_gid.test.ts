import { expect, test } from "bun:test";
import type { RdmaDevice, RdmaGid } from "../../domain/rdma_device.ts";
import { bestGidIndex, checkDeviceList, hasActivePort } from "./rdma_gid.ts";

const LINK_LOCAL = "fe80:0000:0000:0000:0000:0000:0000:0001";
const GLOBAL = "0000:0000:0000:0000:0000:ffff:0a00:0001";

function v1(gid_index: number, gid: string): RdmaGid {
  return { gid_index, gid, type: "roce_v1", netdev: "eth0" };
}

function v2(gid_index: number, gid: string): RdmaGid {
  return { gid_index, gid, type: "roce_v2", netdev: "eth0" };
}

function device(name: string, gids: readonly RdmaGid[], active = true): RdmaDevice {
  const port = { port: 1, active, link_layer: "Ethernet", rate: "100 Gb/sec (4X EDR)", gids };
  return {
    ...{ name, bdf: null, numa_node: null, driver: "mlx5_core", is_virtual_function: false, netdevs: [] },
    ports: [port],
  };
}

test("a host without RDMA has no GID index", () => {
  expect(bestGidIndex([])).toEqual({
    ok: false,
    error: "failed to auto-detect a usable RDMA GID index.",
  });
});

test("a GID without a net device, or beyond index 8, does not count", () => {
  const bare = device("a", [{ ...v2(3, GLOBAL), netdev: null }]);
  expect(hasActivePort(bare, 3)).toBe(false);
  expect(bestGidIndex([bare]).ok).toBe(false);
  expect(bestGidIndex([device("a", [v2(9, GLOBAL)])]).ok).toBe(false);
});

const BEST: readonly [string, readonly RdmaDevice[], number][] = [
  [
    "global RoCE v2 before global RoCE v1 and before link-local RoCE v2",
    [device("a", [v2(0, LINK_LOCAL), v1(1, GLOBAL), v2(3, GLOBAL)])],
    3,
  ],
  [
    "global before link-local where no global one is RoCE v2",
    [device("a", [v2(0, LINK_LOCAL), v1(2, GLOBAL)])],
    2,
  ],
  ["RoCE v2 before v1 among link-local ones", [device("a", [v1(0, LINK_LOCAL), v2(1, LINK_LOCAL)])], 1],
  ["the lowest of equals", [device("a", [v2(2, GLOBAL), v2(5, GLOBAL)])], 2],
  // Index 3: two ports against one at index 1; the port that is down does not count.
  [
    "the one on more active ports",
    [
      device("a", [v2(1, GLOBAL), v2(3, GLOBAL)]),
      device("b", [v2(3, GLOBAL)]),
      device("c", [v2(1, GLOBAL)], false),
      device("d", [v2(1, GLOBAL)], false),
    ],
    3,
  ],
];

for (const [what, devices, index] of BEST) {
  test(`best GID index: ${what}`, () => {
    const best = bestGidIndex(devices);
    expect(best.ok ? best.value.index : best.error).toBe(index);
  });
}

test("a list of devices is refused with the scripts' texts", () => {
  const devices = [device("up", [v2(3, GLOBAL)]), device("down", [v2(3, GLOBAL)], false)];
  expect(checkDeviceList("up", devices, 3)).toBeNull();
  expect(checkDeviceList(" ", devices, null)).toBe("RDMA device list is empty.");
  expect(checkDeviceList("up,,up", devices, null)).toBe("RDMA device list contains an empty entry.");
  expect(checkDeviceList("up,mlx5_9", devices, null)).toBe(
    "RDMA device mlx5_9 does not exist under /sys/class/infiniband.",
  );
  expect(checkDeviceList("down", devices, null)).toBe("RDMA device down is not active.");
  expect(checkDeviceList("up", devices, 1)).toBe("RDMA device up is not active for MC_GID_INDEX=1.");
});
