import type { Factor } from "../factors/factor.ts";
import type { WorkloadName } from "../workload_config.ts";
import { LAPTOP } from "./laptop.ts";
import { LAPTOP_AGENTIC } from "./laptop_agentic.ts";
import { LAPTOP_CONVERSATION } from "./laptop_conversation.ts";
import { LAPTOP_DOCUMENT_QA } from "./laptop_document_qa.ts";
import { LAPTOP_PREFILL_ROUNDS } from "./laptop_prefill_rounds.ts";
import { LAPTOP_RAG } from "./laptop_rag.ts";
import { LAPTOP_TIER_PRESSURE } from "./laptop_tier_pressure.ts";
import { LAPTOP_TOOLAGENT } from "./laptop_toolagent.ts";
import { LAPTOP_TRACE } from "./laptop_trace.ts";
import type { Preset } from "./preset.ts";
import { SEED_MULTI_TURN } from "./seed_multi_turn.ts";
import { TIER_PRESSURE } from "./tier_pressure.ts";

/** What a workload starts from when no profile is named. */
const OF_WORKLOAD: Readonly<Record<WorkloadName, Preset>> = {
  multi_turn: LAPTOP,
  rl_rollout: LAPTOP,
  trace: LAPTOP_TRACE,
  mooncake_trace: LAPTOP_TRACE,
  conversation_like: LAPTOP_CONVERSATION,
  toolagent_like: LAPTOP_TOOLAGENT,
  agentic: LAPTOP_AGENTIC,
  prefill_only_multiturn: LAPTOP_PREFILL_ROUNDS,
  long_document_qa: LAPTOP_DOCUMENT_QA,
  rag: LAPTOP_RAG,
  tier_pressure: LAPTOP_TIER_PRESSURE,
};

export const PRESETS: readonly Preset[] = [
  LAPTOP_CONVERSATION,
  LAPTOP,
  LAPTOP_TRACE,
  LAPTOP_TOOLAGENT,
  LAPTOP_AGENTIC,
  LAPTOP_PREFILL_ROUNDS,
  LAPTOP_DOCUMENT_QA,
  LAPTOP_RAG,
  LAPTOP_TIER_PRESSURE,
  TIER_PRESSURE,
  SEED_MULTI_TURN,
];

/**
 * The preset of a run that names none; `workload` null: it names no workload either. A comparison of tiers, or of a switch of the disk tier, starts where the working set
 * outgrows memory: anywhere else its lowest tier would serve no hit, and the run would be refused.
 */
export function defaultPreset(workload: WorkloadName | null, factor: Factor | null): Preset {
  const needs_pressure = factor !== null && (factor.path === "store.tiers" || factor.acts_on === "disk");
  if (needs_pressure && (workload === null || workload === "multi_turn")) return TIER_PRESSURE;
  return OF_WORKLOAD[workload ?? "conversation_like"];
}
