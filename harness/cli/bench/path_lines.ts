// The ways that bytes go between nodes, in the words of a report: what is asked for before a run, what was taken after it.

import type { ArmConfig } from "../../config/arm_config.ts";
import { usesMooncake, usesSharedStore } from "../../config/uses_shared_store.ts";
import type { DataPath, PathErrand } from "../../domain/data_path.ts";
import type { Topology } from "../../domain/topology.ts";
import { formatBytes } from "../../domain/units.ts";
import { isAvailable } from "../../measure/measured.ts";
import type { ArmSummary, PathUse } from "../../measure/run_summary.ts";
import { networkWish } from "../../stack/network_wish.ts";
import type { RunContext } from "./run_context.ts";

const PATH_WORDS: Readonly<Record<DataPath, string>> = {
  shm: "shared memory",
  tcp: "tcp",
  rdma: "rdma",
};
const ERRAND_WORDS: Readonly<Record<PathErrand, string>> = { store: "store", handover: "hand-overs" };
/** A path that an arm asks for is the one its processes take: one that cannot be had ends the start. */
export function askedPathLines({ plan, topology }: RunContext): string[] {
  if (topology.nodes.length < 2) return [];
  const asked = plan.arms.flatMap(({ name, config }) => {
    const words = askedPath(config, topology);
    return words === null ? [] : [{ name, words }];
  });
  const [first] = asked;
  if (first === undefined) return [];
  if (asked.length === plan.arms.length && asked.every(({ words }) => words === first.words))
    return [`paths between nodes: ${first.words}`];
  return asked.map(({ name, words }) => `paths between nodes, arm ${name}: ${words}`);
}

/** Null: nothing goes between nodes but what a store of its own moves. */
function askedPath(config: ArmConfig, { engines }: Topology): string | null {
  const errands = [
    ...(usesSharedStore(config) && !usesMooncake(config) ? ["store transfers"] : []),
    ...(engines.some(({ role }) => role === "decode") ? ["hand-overs"] : []),
  ];
  if (errands.length === 0) return null;
  const path = networkWish(config)?.protocol ?? "shm";
  const why = path === "shm" ? ", since they share this host" : "";
  return `${errands.join(" and ")} by ${PATH_WORDS[path]}${why}`;
}

/** What the engines moved; the report's table of paths has it by pair of nodes. */
export function takenPathLines(arms: readonly ArmSummary[]): string[] {
  return arms.flatMap(({ name, paths }) =>
    paths === undefined ? [] : [`paths taken, arm ${name}: ${describeUses(paths)}`],
  );
}

function describeUses(paths: readonly PathUse[]): string {
  const kinds = Map.groupBy(paths, ({ nodes: [a, b], errand, path }) =>
    [ERRAND_WORDS[errand], a === b ? "inside nodes" : "between nodes", PATH_WORDS[path]].join("|"),
  );
  return [...kinds]
    .map(([kind, uses]) => {
      const [errand, where, path] = kind.split("|");
      return `${errand} ${where} ${totalOf(uses)} by ${path}`;
    })
    .join(", ");
}

/** What is not known makes the sum unknown. */
function totalOf(uses: readonly PathUse[]): string {
  let total = 0;
  for (const { bytes } of uses) {
    if (!isAvailable(bytes)) return `n/a (${bytes.na})`;
    total += bytes;
  }
  return formatBytes(total);
}
