// Sticky sessions by rendezvous hashing (Thaler and Ravishankar, 1998): a session goes to the healthy engine with the
// highest weight(engine, session), so the loss of an engine moves its own sessions and no others, and its return brings
// them back. A request without a session goes to the least loaded engine.

import { present } from "../../domain/assert.ts";
import { leastLoaded } from "./pick_least_loaded.ts";
import type { Candidates, EngineLoad, PickRule } from "./pick_rule.ts";
import type { RouteRequest } from "./router_api.ts";

export class PickSession implements PickRule {
  pick(candidates: Candidates, request: RouteRequest): EngineLoad {
    if (request.session_id === null) return leastLoaded(candidates);
    let best = present(candidates[0], "there is a healthy engine to pick");
    let best_weight = -1;
    for (const engine of candidates) {
      const weight = rendezvousWeight(engine.engine_name, request.session_id);
      if (weight > best_weight) [best, best_weight] = [engine, weight];
    }
    return best;
  }

  engineLost(): void {}
}

/** Uniform over 32 bits: FNV-1a over the UTF-16 units of both names, then murmur3's finaliser, for FNV's high bits lag. */
function rendezvousWeight(engine_name: string, session_id: string): number {
  const text = `${engine_name}\n${session_id}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
