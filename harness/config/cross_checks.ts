// Rules between settings. Each check is a function from the configuration to the problems it sees, and all of them run.

import { MAX_ENGINES, parseTopology } from "../domain/topology.ts";
import { formatBytes } from "../domain/units.ts";
import type { ArmConfig } from "./arm_config.ts";
import { checkRanks } from "./check_ranks.ts";
import { checkStore } from "./check_store.ts";
import { checkWorkload } from "./check_workload.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { maxHbmBlocks } from "./engine_sizes.ts";
import { preferredSegment } from "./preferred_segment.ts";
import { problemWhen } from "./problem_when.ts";
import { findGpuProfile } from "./profiles/gpus.ts";
import { findModelProfile } from "./profiles/models.ts";
import { embedsSegments, hasOwners, segmentNames } from "./store_segments.ts";
import { usesSharedStore } from "./uses_shared_store.ts";

export function crossCheck(config: ArmConfig): ConfigProblem[] {
  const rank_problems = checkRanks(config);
  // Sizes of blocks follow from the ranks.
  const ifSized = rank_problems.length === 0 ? (check: Check) => [check] : () => [];
  const checks: Check[] = [
    checkTopology,
    ...ifSized(checkProfiles),
    checkEngine,
    checkPreferredSegment,
    ...ifSized(checkStore),
    checkWorkload,
    checkFaults,
    checkDialect,
  ];
  return [...rank_problems, ...checks.flatMap((check) => check(config))];
}

type Check = (config: ArmConfig) => ConfigProblem[];

function checkTopology(config: ArmConfig): ConfigProblem[] {
  const { topology, store, connector } = config;
  const parsed = parseTopology(topology);
  if (!parsed.ok) {
    const rule = `must be <P>p<D>d or <N>e with 1 to ${MAX_ENGINES} engines, prefill and decode at least one each, and <M>n behind it where they share M nodes`;
    return [{ path: "topology", rule, got: topology, next_step: "Use for example 1p1d, 3p1d or 2e." }];
  }
  const { owners, nodes, engines } = parsed.value;
  return [
    ...problemWhen(store.replica_num > owners.length, {
      path: "store.replica_num",
      rule: `must not exceed the owners of ${topology} (${owners.length})`,
      got: store.replica_num,
      next_step: `Use ${owners.length} or less, or a larger topology.`,
    }),
    ...problemWhen(embedsSegments(config) && nodes.length < engines.length, {
      path: "connector.mode",
      rule: `must not be embedded where engines share a node, as in ${topology}: their segments have the node's name`,
      got: connector.mode,
      next_step: "Use standalone-store, or a topology without <M>n.",
    }),
  ];
}

/** Later turns quote answers, and only vLLM tells an answer's token ids. */
function checkDialect({ load }: ArmConfig): ConfigProblem[] {
  return problemWhen(load.dialect === "openai" && load.prompt_as === "tokens", {
    path: "load.dialect",
    rule: "must be vllm where prompts are tokens",
    got: load.dialect,
    next_step: "Use --set load.prompt_as=chat with it.",
  });
}

/** The real store places puts at random where it does not know the segment, and says nothing. */
function checkPreferredSegment(config: ArmConfig): ConfigProblem[] {
  const { preferred_segment } = config.connector;
  const topology = parseTopology(config.topology);
  if (!topology.ok || preferred_segment === "off" || preferred_segment === "local") return [];
  const path = "connector.preferred_segment";
  const explicit = preferredSegment(preferred_segment, undefined);
  if (!explicit.ok) {
    const rule = "must be off, local or a segment of the stack";
    return [{ path, rule, got: preferred_segment, next_step: `${explicit.error}.` }];
  }
  const names = segmentNames(config, topology.value);
  return problemWhen(!names.includes(preferred_segment), {
    path,
    rule: "must be off, local or a segment of the stack",
    got: preferred_segment,
    next_step: names.length === 0 ? "Use off: there is no store." : `Use one of ${names.join(", ")}.`,
  });
}

function checkProfiles({ engine }: ArmConfig): ConfigProblem[] {
  const model = findModelProfile(engine.model);
  const gpu = findGpuProfile(engine.gpu);
  if (!model.ok || !gpu.ok) return [model, gpu].flatMap((found) => (found.ok ? [] : [found.error]));

  const max_blocks = maxHbmBlocks(model.value, gpu.value, engine);
  if (max_blocks < 1) {
    const weights = formatBytes(model.value.params * model.value.weight_bytes_per_param);
    return [
      {
        path: "engine.gpu",
        rule: `must hold the weights of ${engine.model} (${weights})`,
        got: engine.gpu,
        next_step: `It has ${formatBytes(gpu.value.hbm_bytes)}: take a larger GPU, or several as in ${engine.gpu.replace(/x\d+$/, "")}x8.`,
      },
    ];
  }
  return problemWhen(Math.max(engine.num_hbm_blocks, engine.num_decode_hbm_blocks ?? 0) > max_blocks, {
    path: "engine.num_hbm_blocks",
    rule: `must fit beside the weights of ${engine.model} on ${engine.gpu} (${max_blocks} blocks)`,
    got: engine.num_hbm_blocks,
    next_step: `Use ${max_blocks} or less.`,
  });
}

function checkFaults(config: ArmConfig): ConfigProblem[] {
  const { topology, store, faults } = config;
  const parsed = parseTopology(topology);
  if (!parsed.ok) return [];
  const has_store = usesSharedStore(config);
  const masters = store.pool === "global" ? ["master"] : parsed.value.nodes.map((node) => `master-${node}`);
  const processes = [
    ...(has_store ? masters : []),
    ...(hasOwners(config) ? parsed.value.owners.map((owner) => owner.owner_name) : []),
    ...parsed.value.engines.map((engine) => engine.engine_name),
    "router",
  ];
  return faults.flatMap((fault, i) =>
    problemWhen(!processes.includes(fault.process), {
      path: `faults[${i}].process`,
      rule: "must be a process of the stack",
      got: fault.process,
      next_step: `Use one of ${processes.join(", ")}.`,
    }),
  );
}

function checkEngine({ engine, connector }: ArmConfig): ConfigProblem[] {
  const chunk_tokens = connector.chunk_tokens ?? engine.block_tokens;
  const chunk_problems = problemWhen(chunk_tokens % engine.block_tokens !== 0, {
    path: "connector.chunk_tokens",
    rule: `must be a multiple of engine.block_tokens (${engine.block_tokens})`,
    got: connector.chunk_tokens,
    next_step: `Use ${Math.ceil(chunk_tokens / engine.block_tokens) * engine.block_tokens}, or null for one block.`,
  });
  const batch_problems = problemWhen(engine.max_num_batched_tokens < engine.block_tokens, {
    path: "engine.max_num_batched_tokens",
    rule: `must be at least engine.block_tokens (${engine.block_tokens})`,
    got: engine.max_num_batched_tokens,
    next_step: `Use ${engine.block_tokens} or more.`,
  });
  return [...chunk_problems, ...batch_problems];
}
