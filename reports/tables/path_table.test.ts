import { expect, test } from "bun:test";
import type { ChosenPath } from "../../harness/measure/manifest.ts";
import type { PathUse } from "../../harness/measure/run_summary.ts";
import { reportFixture } from "../report_fixture.ts";
import type { ReportInput } from "../report_input.ts";
import { pathTable } from "./path_table.ts";

/** The fixture's two arms, the first with paths. */
function withPaths(
  chosen: readonly ChosenPath[],
  paths: readonly PathUse[],
): Pick<ReportInput, "manifest" | "summary"> {
  const { manifest, summary } = reportFixture();
  const arms = summary.arms.map((arm, i) => (i === 0 ? { ...arm, paths } : arm));
  return { manifest: { ...manifest, paths: chosen }, summary: { ...summary, arms } };
}

const ARM = reportFixture().summary.arms[0]?.name ?? "";

function textsOf(input: Pick<ReportInput, "manifest" | "summary">): string[][] {
  return pathTable(input).rows.map((row) => row.map(({ text }) => text));
}

test("a pair of nodes has its chosen path, why, and what went over it; a pair nobody used is there too", () => {
  const chosen = (nodes: [string, string]): ChosenPath => ({
    arm: ARM,
    nodes,
    path: "tcp",
    why: "asked for",
  });
  const input = withPaths(
    [chosen(["node0", "node1"]), chosen(["node0", "node2"])],
    [
      { nodes: ["node0", "node0"], errand: "store", path: "shm", bytes: 1024 },
      { nodes: ["node0", "node1"], errand: "handover", path: "tcp", bytes: 2048 },
      { nodes: ["node0", "node1"], errand: "store", path: "tcp", bytes: { na: "prefill-0 restarted" } },
    ],
  );
  expect(textsOf(input)).toEqual([
    ["off", "node0–node1", "tcp", "n/a", "2.0 KiB", "asked for"],
    ["off", "node0–node2", "tcp", "–", "–", "asked for"],
    ["off", "node0", "shm", "1.0 KiB", "–", "one node"],
  ]);
});

test("bytes that went another way than was chosen stand out as a row of their own", () => {
  const chosen: ChosenPath = { arm: ARM, nodes: ["node0", "node1"], path: "rdma", why: "asked for" };
  const input = withPaths(
    [chosen],
    [{ nodes: ["node0", "node1"], errand: "store", path: "shm", bytes: 1024 }],
  );
  expect(textsOf(input)).toEqual([
    ["off", "node0–node1", "rdma", "–", "–", "asked for"],
    ["off", "node0–node1", "shm", "1.0 KiB", "–", ""],
  ]);
});

test("a run whose paths nobody chose or counted has no such table", () => {
  expect(pathTable(reportFixture()).rows).toEqual([]);
});
