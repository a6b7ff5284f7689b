// How the nodes of each arm will reach each other, found out before any process is started: what a path needs is compiled and opened
// once, and one that is asked for and cannot be had ends the run.

import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { ChosenPath } from "../../measure/manifest.ts";
import { networkWish } from "../../stack/network_wish.ts";
import { openProcessPlane } from "../../stack/open_process_plane.ts";
import type { RunContext } from "./run_context.ts";

/** One entry a pair of nodes and arm, of stacks that this program starts. The error is worded for the user. */
export async function provePaths({
  plan,
  topology,
}: RunContext): Promise<Result<readonly ChosenPath[], string>> {
  const pairs = pairsOf(topology.nodes);
  if (pairs.length === 0) return ok([]);
  const paths: ChosenPath[] = [];
  for (const { name, config, endpoint, cluster } of plan.arms) {
    if (endpoint !== undefined || cluster !== undefined) continue;
    const opened = openProcessPlane(networkWish(config), () => {});
    if (!opened.ok) {
      const pair = present(pairs[0], "there is a pair").join("–");
      return err(`arm ${name}, between ${pair}: ${opened.error.detail}`);
    }
    const { plane, to_nodes } = opened.value;
    await plane.close();
    paths.push(...pairs.map((nodes) => ({ arm: name, nodes, ...to_nodes })));
  }
  return ok(paths);
}

function pairsOf(nodes: readonly string[]): (readonly [string, string])[] {
  return nodes.flatMap((node, i) => nodes.slice(i + 1).map((other) => [node, other] as const));
}
