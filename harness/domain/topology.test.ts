import { expect, test } from "bun:test";
import { parseTopology, type Topology } from "./topology.ts";

function topology(text: string): Topology {
  const parsed = parseTopology(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function placed(text: string): string[] {
  return topology(text).engines.map(({ engine_name, node }) => `${engine_name}@${node}`);
}

test("every engine has a node of its own, and every node an owner", () => {
  expect(placed("2p1d")).toEqual(["prefill-0@node0", "prefill-1@node1", "decode-0@node2"]);
  expect(topology("2p1d").owners.map(({ segment_name }) => segment_name)).toEqual([
    "node0:50053",
    "node1:50053",
    "node2:50053",
  ]);
});

test("engines may share nodes, neighbours together, as evenly as they can", () => {
  expect(placed("4e1n")).toEqual(["engine-0@node0", "engine-1@node0", "engine-2@node0", "engine-3@node0"]);
  expect(topology("4e1n").owners).toHaveLength(1);
  // Engine i of 3 is on node floor(2 i / 3): 0, 0, 1.
  expect(placed("2p1d2n")).toEqual(["prefill-0@node0", "prefill-1@node0", "decode-0@node1"]);
});

test("what is no topology is said with a next step", () => {
  const wording = (text: string): string => {
    const parsed = parseTopology(text);
    return parsed.ok ? "" : parsed.error;
  };
  expect(wording("3x")).toContain("Use for example 1p1d, 3p1d or 2e.");
  expect(wording("2p0d")).toContain("needs at least one prefill and one decode engine");
  expect(wording("0e")).toContain("must have 1 to 4096 engines, got 0");
  expect(wording("4e0n")).toContain("must have 1 to 4 nodes for its engines, got 0");
  expect(wording("4e5n")).toContain("must have 1 to 4 nodes for its engines, got 5");
});
