// The ways that bytes go between nodes, in the words of a report. The report's table of paths says what went there.

import type { ArmConfig } from "../../config/arm_config.ts";
import { usesMooncake, usesSharedStore } from "../../config/uses_shared_store.ts";
import type { DataPath } from "../../domain/data_path.ts";
import type { Topology } from "../../domain/topology.ts";
import { networkWish } from "../../stack/network_wish.ts";
import type { RunContext } from "./run_context.ts";

const PATH_WORDS: Readonly<Record<DataPath, string>> = {
  shm: "shared memory",
  tcp: "tcp",
  rdma: "rdma",
};

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
