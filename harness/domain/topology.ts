// Which processes a run has and on which node each lives. `<P>p<D>d`: P prefill and D decode engines; `<N>e`: N engines that do both.
// Every engine has a node of its own with one owner client, so transfers between engines cross nodes. `<M>n` behind it puts
// the engines on M nodes instead, neighbours together (`4e1n`: four engines on one node), and each node has one owner.

import { assert } from "./assert.ts";
import { err, ok, type Result } from "./result.ts";

export type EngineRole = "prefill" | "decode" | "both";

export interface EngineSpec {
  /** `prefill-0`, `decode-0`, `engine-0`. */
  readonly engine_name: string;
  readonly role: EngineRole;
  readonly node: string;
}

export interface OwnerSpec {
  readonly owner_name: string;
  readonly node: string;
  /** `<node>:50053`: host part is the node, port as in the owner scripts of the seed. */
  readonly segment_name: string;
}

export interface Topology {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly engines: readonly EngineSpec[];
  readonly owners: readonly OwnerSpec[];
}

export const MAX_ENGINES = 4096;
const OWNER_SEGMENT_PORT = 50053;

export function parseTopology(text: string): Result<Topology, string> {
  const counts = /^(?:(\d+)p(\d+)d|(\d+)e)(?:(\d+)n)?$/.exec(text);
  if (counts === null) {
    return err(`topology: must be <P>p<D>d or <N>e, got "${text}". Use for example 1p1d, 3p1d or 2e.`);
  }
  const [prefill_count, decode_count, both_count] = counts.slice(1, 4).map((count) => Number(count ?? 0));
  assert(
    prefill_count !== undefined && decode_count !== undefined && both_count !== undefined,
    "three counts",
  );
  const engine_count = prefill_count + decode_count + both_count;
  if (counts[3] === undefined && (prefill_count === 0 || decode_count === 0)) {
    return err(
      `topology: needs at least one prefill and one decode engine, got "${text}". Use 1p1d or more.`,
    );
  }
  if (engine_count === 0 || engine_count > MAX_ENGINES) {
    return err(`topology: must have 1 to ${MAX_ENGINES} engines, got ${engine_count} in "${text}".`);
  }
  const node_count = counts[4] === undefined ? engine_count : Number(counts[4]);
  if (node_count === 0 || node_count > engine_count) {
    return err(
      `topology: must have 1 to ${engine_count} nodes for its engines, got ${node_count} in "${text}".`,
    );
  }
  const members = [
    ...membersOf("prefill", "prefill", prefill_count),
    ...membersOf("decode", "decode", decode_count),
    ...membersOf("both", "engine", both_count),
  ];
  return ok(buildTopology(text, members, node_count));
}

type Member = Omit<EngineSpec, "node">;

function membersOf(role: EngineRole, prefix: string, count: number): Member[] {
  return Array.from({ length: count }, (_, i) => ({ role, engine_name: `${prefix}-${i}` }));
}

function buildTopology(name: string, members: readonly Member[], node_count: number): Topology {
  const engines = members.map((member, i) => ({
    ...member,
    node: `node${Math.floor((i * node_count) / members.length)}`,
  }));
  const nodes = Array.from({ length: node_count }, (_, i) => `node${i}`);
  const owners = nodes.map((node, i) => ({
    owner_name: `owner-${i}`,
    node,
    segment_name: `${node}:${OWNER_SEGMENT_PORT}`,
  }));
  return { name, nodes, engines, owners };
}
