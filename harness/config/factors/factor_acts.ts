// A switch of a part that is off does nothing, and a comparison of it would report noise as a result.

import { namespaceCount } from "../../domain/rank_layout.ts";
import { parseTopology } from "../../domain/topology.ts";
import type { ArmConfig } from "../arm_config.ts";
import type { ConfigProblem } from "../config_problem.ts";
import { engineRanks } from "../engine_sizes.ts";
import { problemWhen } from "../problem_when.ts";
import { findModelProfile } from "../profiles/models.ts";
import { usesDisk } from "../uses_disk.ts";
import { usesSharedStore } from "../uses_shared_store.ts";
import type { Factor } from "./factor.ts";

type Part = Factor["acts_on"];

const NEEDS: Record<Part, { readonly what: string; readonly next_step: string }> = {
  engine: { what: "nothing more", next_step: "Use it as it is." },
  store: { what: "a store", next_step: "Use --set store.tiers=hbm+cpu or more." },
  shared_store: {
    what: "a store that engines share",
    next_step: "Use --set store.tiers=hbm+cpu or more, with --set connector.type=mooncake.",
  },
  ranks: {
    what: "a store, and ranks with KV heads of their own",
    next_step:
      "Use --set engine.tp_size=2 with a model of several KV heads, such as --set engine.model=qwen3-0.6b.",
  },
  placement: {
    what: "a shared store with several owners",
    next_step:
      "Use --set store.tiers=hbm+cpu or more with --set connector.type=mooncake, and a topology of two nodes or more.",
  },
  disk: {
    what: "a disk tier of a shared store",
    next_step:
      "Use --set store.tiers=hbm+cpu+disk and --set store.enable_offload=true, with --set connector.type=mooncake.",
  },
  weights: {
    what: "a store and a workload that changes the weights",
    next_step: "Use --workload rl_rollout, with --set store.tiers=hbm+cpu or more.",
  },
  chunks: {
    what: "a store with chunks larger than a block",
    next_step: "Use --set connector.chunk_tokens=256, with --set store.tiers=hbm+cpu or more.",
  },
  routing: { what: "several engines to prefill on", next_step: "Use a topology such as 2p1d or 2e." },
};

/** Problems when the factor can do nothing in one of the arms. */
export function checkFactorActs(factor: Factor, arms: readonly ArmConfig[]): ConfigProblem[] {
  const idle = arms.find((config) => !isOn(factor, config));
  return problemWhen(idle !== undefined, {
    path: `--ab ${factor.name}`,
    rule: `must make a difference, and needs ${NEEDS[factor.acts_on].what} in every arm`,
    got: idle && {
      topology: idle.topology,
      tiers: idle.store.tiers,
      type: idle.connector.type,
      enable_offload: idle.store.enable_offload,
      workload: idle.workload.name,
      chunk_tokens: idle.connector.chunk_tokens,
      tp_size: idle.engine.tp_size,
    },
    next_step: NEEDS[factor.acts_on].next_step,
  });
}

function hasSeveralNamespaces({ engine }: ArmConfig): boolean {
  const model = findModelProfile(engine.model);
  return model.ok && namespaceCount(engineRanks(model.value, engine)) > 1;
}

function isOn(factor: Factor, config: ArmConfig): boolean {
  const topology = parseTopology(config.topology);
  const { engines, nodes } = topology.ok ? topology.value : { engines: [], nodes: [] };
  const has_store = config.store.tiers !== "hbm";
  const is_shared = usesSharedStore(config);
  switch (factor.acts_on) {
    case "engine":
      return true;
    case "store":
      return has_store;
    case "shared_store":
      return is_shared;
    case "ranks":
      return has_store && hasSeveralNamespaces(config);
    case "placement":
      return is_shared && nodes.length > 1;
    case "disk":
      // The offload switch itself is judged by what it would turn on.
      return factor.path === "store.enable_offload"
        ? is_shared && config.store.tiers === "hbm+cpu+disk"
        : is_shared && usesDisk(config);
    case "weights":
      return has_store && config.workload.name === "rl_rollout";
    case "chunks":
      return has_store && (config.connector.chunk_tokens ?? 0) > config.engine.block_tokens;
    case "routing":
      return engines.filter((engine) => engine.role !== "decode").length > 1;
  }
}
