import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { createShapedLinks, openShapedLinks } from "./open_shaped_links.ts";
import type { LinkTable } from "./process_config.ts";
import type { ShapedLinks } from "./shaped_links.ts";

function table(shm_directory: string, changes: Partial<LinkTable> = {}): LinkTable {
  return {
    shm_path: `${shm_directory}/links`,
    nodes: ["node0", "node1", "node2"],
    bandwidth_bytes_per_s: 1_000_000, // 1 byte a µs
    latency_us: 5,
    ...changes,
  };
}

function opened(result: ReturnType<typeof openShapedLinks>): ShapedLinks {
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

test("transfers of two holders of the table queue on one link, and only on the NICs that they share", () => {
  const directory = mkdtempSync("/dev/shm/tierbench-links-");
  try {
    const maker = opened(createShapedLinks(table(directory)));
    const other = opened(openShapedLinks(table(directory)));
    // 100 bytes take 100 µs of wire and 5 µs of latency.
    expect(maker.reserve("node0", "node1", 100, 1_000_000)).toBe(1_105_000);
    // node1 receives until 1.1 ms: 100 µs more from there.
    expect(other.reserve("node2", "node1", 100, 1_000_000)).toBe(1_205_000);
    // Sending from node1 is another side of its NIC.
    expect(other.reserve("node1", "node0", 100, 1_000_000)).toBe(1_105_000);
    other.close();
    maker.close();
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("inside a node and with unknown nodes nothing is booked; without a bandwidth only latency counts", () => {
  const directory = mkdtempSync("/dev/shm/tierbench-links-");
  try {
    const links = opened(createShapedLinks(table(directory, { bandwidth_bytes_per_s: null })));
    expect(links.reserve("node0", "node0", 100, 7)).toBe(0);
    expect(links.reserve("node0", "elsewhere", 100, 7)).toBe(0);
    expect(links.reserve("node0", "node1", 100, 7)).toBe(5007);
    expect(links.reserve("node0", "node1", 100, 7)).toBe(5007);
    links.close();
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("joining a table that nobody made is an error, not a crash", () => {
  expect(openShapedLinks(table("/dev/shm/tierbench-none"))).toMatchObject({
    ok: false,
    error: { code: "shared_memory" },
  });
});
