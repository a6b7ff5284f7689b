import type { PresetName } from "../../../harness/config/preset_name.ts";
import { present } from "../../../harness/domain/assert.ts";
import { AGENTIC } from "./agentic.ts";
import { CONVERSATION_LIKE } from "./conversation_like.ts";
import { LONG_DOCUMENT_QA } from "./long_document_qa.ts";
import { PREFILL_ONLY_MULTITURN } from "./prefill_only_multiturn.ts";
import { RAG } from "./rag.ts";
import type { SessionPreset } from "./session_preset.ts";
import { TIER_PRESSURE } from "./tier_pressure.ts";
import { TOOLAGENT_LIKE } from "./toolagent_like.ts";

export const SESSION_PRESETS: readonly SessionPreset[] = [
  CONVERSATION_LIKE,
  TOOLAGENT_LIKE,
  AGENTIC,
  PREFILL_ONLY_MULTITURN,
  LONG_DOCUMENT_QA,
  RAG,
  TIER_PRESSURE,
];

export function sessionPreset(name: PresetName): SessionPreset {
  return present(
    SESSION_PRESETS.find((preset) => preset.name === name),
    `there is a preset ${name}`,
  );
}
