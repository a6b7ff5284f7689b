import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readRdmaDevices } from "./rdma_devices.ts";

let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tierbench-sys-"));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `${text}\n`);
}

test("a host without RDMA has no devices", () => {
  expect(readRdmaDevices(join(root, "none"))).toEqual([]);
});

test("a RoCE device is read with its port, its set GIDs and its NUMA node", () => {
  write("mlx5_0/device/numa_node", "1");
  write("mlx5_0/device/uevent", "DRIVER=mlx5_core\nPCI_ID=15B3:101B");
  write("mlx5_0/ports/1/state", "4: ACTIVE");
  write("mlx5_0/ports/1/link_layer", "Ethernet");
  write("mlx5_0/ports/1/rate", "100 Gb/sec (4X EDR)");
  const set = "0000:0000:0000:0000:0000:ffff:0a4d:0001";
  write("mlx5_0/ports/1/gids/0", "fe80:0000:0000:0000:0000:00ff:fe00:0001");
  write("mlx5_0/ports/1/gids/1", set);
  write("mlx5_0/ports/1/gids/2", "0000:0000:0000:0000:0000:0000:0000:0000");
  write("mlx5_0/ports/1/gid_attrs/types/0", "IB/RoCE v1");
  write("mlx5_0/ports/1/gid_attrs/types/1", "RoCE v2");
  write("mlx5_0/ports/1/gid_attrs/ndevs/1", "eth0");
  const [device] = readRdmaDevices(root);
  expect(device?.name).toBe("mlx5_0");
  expect(device?.numa_node).toBe(1);
  expect(device?.driver).toBe("mlx5_core");
  const [port] = device?.ports ?? [];
  expect(port?.active).toBe(true);
  expect(port?.rate).toBe("100 Gb/sec (4X EDR)");
  expect(port?.gids.map(({ gid_index, type, netdev }) => [gid_index, type, netdev])).toEqual([
    [0, "roce_v1", null],
    [1, "roce_v2", "eth0"],
  ]);
});

test("a software device belongs to no node, and a port that is down is not active", () => {
  write("rxe0/ports/1/state", "1: DOWN");
  const [device] = readRdmaDevices(root);
  expect(device?.numa_node).toBeNull();
  expect(device?.driver).toBeNull();
  expect(device?.ports[0]?.active).toBe(false);
});
