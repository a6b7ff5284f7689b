import { present } from "../../domain/assert.ts";
import { type Candidates, type EngineLoad, PickRule } from "./pick_rule.ts";

/** Each engine in turn, in the order of the topology; the turn of an unhealthy one goes to its neighbours. */
export class PickRoundRobin extends PickRule {
  #picks = 0;

  override pick<Engine extends EngineLoad>(candidates: Candidates<Engine>): Engine {
    const picked = candidates[this.#picks % candidates.length];
    this.#picks += 1;
    return present(picked, "there is a healthy engine to pick");
  }
}
