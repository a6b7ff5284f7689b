import { expect, test } from "bun:test";
import { present } from "../domain/assert.ts";
import type { ArmRun } from "./arm_run.ts";
import { summarisePaths } from "./path_summary.ts";
import { parsePrometheusText, type Samples } from "./prometheus_text.ts";

function samples(...lines: string[]): Samples {
  const parsed = parsePrometheusText(lines.join("\n"));
  return present(parsed.ok ? parsed.value : null, "the lines are well-formed");
}

function moved(node: string, peer_node: string, errand: string, path: string, bytes: number): string {
  return `tierbench:path_bytes{node="${node}",peer_node="${peer_node}",errand="${errand}",path="${path}"} ${bytes}`;
}

function run(engines: Readonly<Record<string, readonly [Samples, Samples | null]>>): ArmRun {
  const scrapes = Object.entries(engines).map(([process, [before, after]]) => ({
    ...{ process, kind: "engine" as const, role: "both" as const, before, after },
  }));
  return { pair_index: 0, duration_ns: 1, records: [], scrapes, faults: [] };
}

test("what engines moved is told by pair of nodes, errand and path, over both directions and all runs", () => {
  const idle = samples("up 1");
  const first = run({
    // 100 of the 300 were moved before the load.
    a: [
      samples(moved("node0", "node1", "store", "tcp", 100)),
      samples(moved("node0", "node1", "store", "tcp", 300)),
    ],
    b: [
      idle,
      samples(moved("node1", "node0", "store", "tcp", 50), moved("node1", "node0", "handover", "tcp", 7)),
    ],
  });
  const second = run({ a: [idle, samples(moved("node0", "node0", "store", "shm", 9))] });
  expect(summarisePaths([first, second])).toEqual([
    { nodes: ["node0", "node0"], errand: "store", path: "shm", bytes: 9 },
    { nodes: ["node0", "node1"], errand: "handover", path: "tcp", bytes: 7 },
    // 200 + 50
    { nodes: ["node0", "node1"], errand: "store", path: "tcp", bytes: 250 },
  ]);
});

test("a path that nothing took under load is left out, and an engine that restarted makes its sum unknown", () => {
  const same = samples(moved("node0", "node1", "store", "shm", 5));
  const less = samples(moved("node0", "node2", "store", "shm", 1));
  const more = samples(moved("node0", "node2", "store", "shm", 8));
  expect(summarisePaths([run({ a: [same, same], b: [more, less] })])).toEqual([
    {
      nodes: ["node0", "node2"],
      errand: "store",
      path: "shm",
      bytes: { na: "b restarted: tierbench:path_bytes went from 8 to 1" },
    },
  ]);
});

test("engines that do not count, or could not be scraped, have no paths", () => {
  expect(
    summarisePaths([run({ a: [samples("up 1"), samples("up 1")], b: [samples("up 1"), null] })]),
  ).toEqual([]);
});
