// Which processes a run has and on which node each lives. `<P>p<D>d`: P prefill and D decode engines; `<N>e`: N engines that do both.
// Every engine has a node of its own with one owner client, so transfers between engines cross nodes.

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
  const disaggregated = /^(\d+)p(\d+)d$/.exec(text);
  const combined = /^(\d+)e$/.exec(text);
  const prefill_count = Number(disaggregated?.[1] ?? 0);
  const decode_count = Number(disaggregated?.[2] ?? 0);
  const both_count = Number(combined?.[1] ?? 0);
  const engine_count = prefill_count + decode_count + both_count;
  if (disaggregated === null && combined === null) {
    return err(`topology: must be <P>p<D>d or <N>e, got "${text}". Use for example 1p1d, 3p1d or 2e.`);
  }
  if (disaggregated !== null && (prefill_count === 0 || decode_count === 0)) {
    return err(
      `topology: needs at least one prefill and one decode engine, got "${text}". Use 1p1d or more.`,
    );
  }
  if (engine_count === 0 || engine_count > MAX_ENGINES) {
    return err(`topology: must have 1 to ${MAX_ENGINES} engines, got ${engine_count} in "${text}".`);
  }
  return ok(
    buildTopology(text, [
      ...Array.from({ length: prefill_count }, (_, i) => ({
        role: "prefill" as const,
        engine_name: `prefill-${i}`,
      })),
      ...Array.from({ length: decode_count }, (_, i) => ({
        role: "decode" as const,
        engine_name: `decode-${i}`,
      })),
      ...Array.from({ length: both_count }, (_, i) => ({
        role: "both" as const,
        engine_name: `engine-${i}`,
      })),
    ]),
  );
}

function buildTopology(name: string, members: { role: EngineRole; engine_name: string }[]): Topology {
  const engines = members.map((member, i) => ({ ...member, node: `node${i}` }));
  const nodes = engines.map((engine) => engine.node);
  const owners = nodes.map((node, i) => ({
    owner_name: `owner-${i}`,
    node,
    segment_name: `${node}:${OWNER_SEGMENT_PORT}`,
  }));
  return { name, nodes, engines, owners };
}
