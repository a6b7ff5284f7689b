import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compileForTest } from "../../native/ffi/compile_for_test.ts";
import { assert } from "../domain/assert.ts";
import { NodePaths } from "./node_paths.ts";
import { openProcessPlane } from "./open_process_plane.ts";
import type { NetworkWish } from "./process_config.ts";

compileForTest("tcp");

const TCP: NetworkWish = { protocol: "tcp", device_names: [], gid_index: null, tcp_source: "127.0.0.1" };

test("another node is reached by the network where there is one, this process's own node through memory", async () => {
  const opened = openProcessPlane(TCP, () => {});
  assert(opened.ok, "sockets are on every host");
  const { plane, network, to_nodes } = opened.value;
  const paths = new NodePaths("node0", plane, network);
  expect(to_nodes).toEqual({ path: "tcp", why: "asked for (tcp on lo)" });
  expect([paths.pathTo("node0"), paths.pathTo("node1")]).toEqual(["shm", "tcp"]);
  expect(new NodePaths("node0", plane, null).pathTo("node1")).toBe("shm");
  const folder = mkdtempSync("/dev/shm/tierbench-paths-");
  const shm_path = join(folder, "memory");
  const made = plane.createRegion(shm_path, 4096, 1);
  assert(made.ok, "there is memory");
  const memory = { shm_path, generation: 1, fabric_key: null };
  const here = paths.attach({ ...memory, node: "node0" });
  assert(here.ok, "this node's memory is mapped");
  plane.closeRegion(here.value);
  // It could be mapped, but that is not the path that is asked for.
  const there = paths.attach({ ...memory, node: "node1" });
  expect(there.ok ? "" : there.error.detail).toContain("node0–node1: its owner has no network path");
  await plane.close();
  rmSync(folder, { recursive: true });
});

test("bytes are counted by node and errand, with the path that leads there", async () => {
  const opened = openProcessPlane(null, () => {});
  assert(opened.ok, "shared memory is on every host");
  const paths = new NodePaths("node0", opened.value.plane, opened.value.network);
  paths.count("store", "node1", 3);
  paths.count("handover", "node1", 5);
  paths.count("store", "node1", 4);
  expect(paths.moved()).toEqual([
    { peer_node: "node1", errand: "store", path: "shm", bytes: 3 + 4 },
    { peer_node: "node1", errand: "handover", path: "shm", bytes: 5 },
  ]);
  await opened.value.plane.close();
});
