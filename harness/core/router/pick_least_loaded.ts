import { present } from "../../domain/assert.ts";
import { type Candidates, type EngineLoad, PickRule } from "./pick_rule.ts";

/** The engine with the fewest outstanding prompt tokens. */
export class PickLeastLoaded extends PickRule {
  override pick<Engine extends EngineLoad>(candidates: Candidates<Engine>): Engine {
    return leastLoaded(candidates);
  }
}

/** Ties go to the name that sorts first, so that equal inputs route equally. */
export function leastLoaded<Engine extends EngineLoad>(candidates: Candidates<Engine>): Engine {
  let best = present(candidates[0], "there is a healthy engine to pick");
  for (const engine of candidates) if (isLessLoaded(engine, best)) best = engine;
  return best;
}

export function isLessLoaded(engine: EngineLoad, other: EngineLoad): boolean {
  const more = engine.outstanding_prompt_tokens - other.outstanding_prompt_tokens;
  return more < 0 || (more === 0 && engine.engine_name < other.engine_name);
}
