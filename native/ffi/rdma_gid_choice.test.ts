import { expect, test } from "bun:test";
import type { RdmaGid } from "../../harness/domain/rdma_device.ts";
import { chooseGid, describeGid } from "./rdma_gid_choice.ts";
import { ipv4Gid, localGid, roceDevice, rocePort } from "./rdma_host_fixture.ts";

const global = (gid_index: number): RdmaGid => {
  return { gid_index, gid: "2001:0db8:0000:0000:0000:0000:0000:0001", type: "roce_v2", netdev: "eth0" };
};

function chosen(gids: readonly RdmaGid[], gid_index: number | null = null): number | null {
  return chooseGid(roceDevice("mlx5_0", { ports: [rocePort(gids)] }), gid_index)?.gid_index ?? null;
}

test("addresses are preferred by how far they reach, and the lowest index of equals is taken", () => {
  const all = [
    localGid(0),
    localGid(1, "roce_v2"),
    localGid(2, "ib"),
    global(3),
    ipv4Gid(4, 1),
    ipv4Gid(5, 1),
  ];
  // One less at a time: the rule's whole order.
  expect(chosen(all)).toBe(4);
  expect(chosen(all.slice(0, 4))).toBe(3);
  expect(chosen(all.slice(0, 3))).toBe(2);
  expect(chosen(all.slice(0, 2))).toBe(1);
  expect(chosen(all.slice(0, 1))).toBe(0);
  expect(chosen([])).toBeNull();
});

test("an index that is asked for is kept although another address is better, and is never replaced", () => {
  expect(chosen([localGid(0), ipv4Gid(3, 1)], 0)).toBe(0);
  expect(chosen([localGid(0), ipv4Gid(3, 1)], 7)).toBeNull();
});

test("addresses of a port that is down do not count", () => {
  const ports = [rocePort([ipv4Gid(3, 1)], { active: false }), rocePort([localGid(0)], { port: 2 })];
  expect(chooseGid(roceDevice("mlx5_0", { ports }), null)?.gid_index).toBe(0);
});

test("an address is described by index, type, IPv4 where it is one, and net device", () => {
  expect(describeGid(ipv4Gid(3, 1))).toBe("GID 3 (RoCE v2, 10.77.0.1, eth0)");
  expect(describeGid({ ...localGid(0, "ib"), netdev: null })).toBe(
    "GID 0 (InfiniBand, fe80:0000:0000:0000:0000:00ff:fe00:0001)",
  );
});
