// How a model's heads may be dealt to tensor-parallel ranks.

import type { ArmConfig } from "./arm_config.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { problemWhen } from "./problem_when.ts";
import { findModelProfile } from "./profiles/models.ts";

export function checkRanks({ engine }: ArmConfig): ConfigProblem[] {
  const model = findModelProfile(engine.model);
  if (!model.ok) return [];
  const { kv_heads, attention_heads } = model.value;
  const { tp_size } = engine;
  const is_even = kv_heads % tp_size === 0 || tp_size % kv_heads === 0;
  return problemWhen(!is_even || attention_heads % tp_size !== 0, {
    path: "engine.tp_size",
    rule: `must divide the ${attention_heads} attention heads of ${engine.model}, and divide or be a multiple of its ${kv_heads} KV heads`,
    got: tp_size,
    next_step: "Use 1, 2, 4 or 8.",
  });
}
