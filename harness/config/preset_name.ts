/** Synthetic workloads that the project ships; workloads/synth/presets has a file for each. */
export const PRESET_NAMES = [
  "conversation_like",
  "toolagent_like",
  "agentic",
  "prefill_only_multiturn",
  "long_document_qa",
  "rag",
  "tier_pressure",
] as const;

export type PresetName = (typeof PRESET_NAMES)[number];
