// What an arm's engines moved between nodes and inside them, by the path that was taken: from their `/metrics` around the load.

import type { DataPath, PathErrand } from "../domain/data_path.ts";
import type { ArmRun } from "./arm_run.ts";
import { witnesses } from "./arm_scrapes.ts";
import { counterDelta } from "./counter_delta.ts";
import { isAvailable, sumOf } from "./measured.ts";
import { PATH_BYTES_SERIES } from "./metric_names.ts";
import type { Labels } from "./prometheus_text.ts";
import type { Measured, PathUse } from "./run_summary.ts";

/** Sorted by nodes and errand. Empty: no engine counts, or none moved anything. */
export function summarisePaths(runs: readonly ArmRun[]): readonly PathUse[] {
  const uses = new Map<string, PathUse>();
  for (const scrape of runs.flatMap((run) => witnesses(run, "engines"))) {
    for (const { labels } of scrape.after?.series(PATH_BYTES_SERIES) ?? []) {
      const use = useOf(labels, counterDelta([scrape], PATH_BYTES_SERIES, labels));
      if (use === null) continue;
      const key = [...use.nodes, use.errand, use.path].join("\n");
      const known = uses.get(key);
      uses.set(key, { ...use, bytes: known === undefined ? use.bytes : sumOf([known.bytes, use.bytes]) });
    }
  }
  return [...uses.keys()]
    .sort()
    .flatMap((key) => uses.get(key) ?? [])
    .filter(({ bytes }) => !isAvailable(bytes) || bytes > 0);
}

function useOf({ node, peer_node, errand, path }: Labels, bytes: Measured): PathUse | null {
  if (node === undefined || peer_node === undefined || !isErrand(errand) || !isPath(path)) return null;
  return { nodes: node < peer_node ? [node, peer_node] : [peer_node, node], errand, path, bytes };
}

function isErrand(text: string | undefined): text is PathErrand {
  return text === "store" || text === "handover";
}

function isPath(text: string | undefined): text is DataPath {
  return text === "shm" || text === "tcp" || text === "rdma";
}
