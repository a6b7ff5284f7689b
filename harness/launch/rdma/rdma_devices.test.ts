import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { hasActivePort, readRdmaDevices } from "./rdma_devices.ts";
import { bestGidIndex, checkDeviceList } from "./rdma_gid.ts";

const root = mkdtempSync(join(tmpdir(), "tb-sysfs-"));
afterAll(() => rmSync(root, { recursive: true }));

const LINK_LOCAL = "fe80:0000:0000:0000:0000:0000:0000:0001";
const GLOBAL = "0000:0000:0000:0000:0000:ffff:0a00:0001";
const ZERO = "0000:0000:0000:0000:0000:0000:0000:0000";

interface FakeGid {
  readonly gid: string;
  readonly type: string;
  readonly ndev?: string;
}

/** One device with one port in a tree of its own. */
function fakeHost(
  devices: Readonly<Record<string, { state: string; gids: Record<number, FakeGid> }>>,
): string {
  const host = mkdtempSync(join(root, "host-"));
  let slot = 0;
  for (const [name, { state, gids }] of Object.entries(devices)) {
    const pci = join(host, "pci", `0000:0${++slot}:00.0`);
    write(join(pci, "numa_node"), "1\n");
    mkdirSync(join(pci, "net", `eth${slot}`), { recursive: true });
    const port = join(host, "class", name, "ports", "1");
    write(join(port, "state"), state);
    for (const [index, { gid, type, ndev }] of Object.entries(gids)) {
      write(join(port, "gids", index), `${gid}\n`);
      write(join(port, "gid_attrs", "types", index), `${type}\n`);
      write(join(port, "gid_attrs", "ndevs", index), `${ndev ?? `eth${slot}`}\n`);
    }
    symlinkSync(pci, join(host, "class", name, "device"));
  }
  return join(host, "class");
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

test("a device is read with its PCI address, NUMA node, net devices, ports and usable GIDs", () => {
  const [device] = readRdmaDevices(
    fakeHost({
      mlx5_0: {
        state: "4: ACTIVE\n",
        gids: { 0: { gid: LINK_LOCAL, type: "IB/RoCE v1" }, 1: { gid: ZERO, type: "RoCE v2" } },
      },
    }),
  );
  expect(device).toEqual({
    name: "mlx5_0",
    bdf: "0000:01:00.0",
    numa_node: 1,
    netdevs: ["eth1"],
    ports: [
      { port: 1, active: true, gids: [{ index: 0, gid: LINK_LOCAL, type: "IB/RoCE v1", netdev: "eth1" }] },
    ],
  });
});

test("a host without RDMA has no devices and no GID index", () => {
  expect(readRdmaDevices(join(root, "absent"))).toEqual([]);
  expect(bestGidIndex([])).toEqual({
    ok: false,
    error: "failed to auto-detect a usable RDMA GID index.",
  });
});

test("a GID without a net device does not count", () => {
  const devices = readRdmaDevices(
    fakeHost({ a: { state: "4: ACTIVE", gids: { 3: { gid: GLOBAL, type: "RoCE v2", ndev: "" } } } }),
  );
  expect(hasActivePort(devices[0] ?? fail(), 3)).toBe(false);
  expect(bestGidIndex(devices).ok).toBe(false);
});

const v1 = (gid: string): FakeGid => ({ gid, type: "IB/RoCE v1" });
const v2 = (gid: string): FakeGid => ({ gid, type: "RoCE v2" });

const BEST: readonly [string, Record<string, { state: string; gids: Record<number, FakeGid> }>, number][] = [
  [
    "global RoCE v2 before global RoCE v1 and before link-local RoCE v2",
    { a: { state: "ACTIVE", gids: { 0: v2(LINK_LOCAL), 1: v1(GLOBAL), 3: v2(GLOBAL) } } },
    3,
  ],
  [
    "global before link-local where no global one is RoCE v2",
    { a: { state: "ACTIVE", gids: { 0: v2(LINK_LOCAL), 2: v1(GLOBAL) } } },
    2,
  ],
  [
    "RoCE v2 before v1 among link-local ones",
    { a: { state: "ACTIVE", gids: { 0: v1(LINK_LOCAL), 1: v2(LINK_LOCAL) } } },
    1,
  ],
  ["the lowest of equals", { a: { state: "ACTIVE", gids: { 2: v2(GLOBAL), 5: v2(GLOBAL) } } }, 2],
  // Index 3: two ports against one at index 1; the port that is down does not count.
  [
    "the one on more active ports",
    {
      a: { state: "ACTIVE", gids: { 1: v2(GLOBAL), 3: v2(GLOBAL) } },
      b: { state: "ACTIVE", gids: { 3: v2(GLOBAL) } },
      c: { state: "1: DOWN", gids: { 1: v2(GLOBAL) } },
      d: { state: "1: DOWN", gids: { 1: v2(GLOBAL) } },
    },
    3,
  ],
];

for (const [what, host, index] of BEST) {
  test(`best GID index: ${what}`, () => {
    const best = bestGidIndex(readRdmaDevices(fakeHost(host)));
    expect(best.ok ? best.value.index : best.error).toBe(index);
  });
}

test("a list of devices is refused with the scripts' texts", () => {
  const devices = readRdmaDevices(
    fakeHost({
      up: { state: "4: ACTIVE", gids: { 3: v2(GLOBAL) } },
      down: { state: "1: DOWN", gids: { 3: v2(GLOBAL) } },
    }),
  );
  expect(checkDeviceList("up", devices, 3)).toBeNull();
  expect(checkDeviceList(" ", devices, null)).toBe("RDMA device list is empty.");
  expect(checkDeviceList("up,,up", devices, null)).toBe("RDMA device list contains an empty entry.");
  expect(checkDeviceList("up,mlx5_9", devices, null)).toBe(
    "RDMA device mlx5_9 does not exist under /sys/class/infiniband.",
  );
  expect(checkDeviceList("down", devices, null)).toBe("RDMA device down is not active.");
  expect(checkDeviceList("up", devices, 1)).toBe("RDMA device up is not active for MC_GID_INDEX=1.");
});

function fail(): never {
  throw new Error("the fake host has a device");
}
