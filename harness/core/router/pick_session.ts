// Sticky sessions by rendezvous hashing (Thaler and Ravishankar, 1998): a session goes to the healthy engine with the
// highest weight(engine, session), so the loss of an engine moves its own sessions and no others, and its return brings
// them back. A request without a session goes to the least loaded engine.

import { present } from "../../domain/assert.ts";
import { leastLoaded } from "./pick_least_loaded.ts";
import { type Candidates, type EngineLoad, PickRule } from "./pick_rule.ts";
import type { RouteRequest } from "./router_api.ts";

/** A power of two: of a fleet's sessions under way nearly all. */
const KEPT_PICKS = 32_768;

export class PickSession extends PickRule {
  /** Name hashes of the candidates seen last, in their order. */
  #candidates: Candidates = [];
  #hashes: Int32Array = new Int32Array(0);
  /**
   * What was picked for a session's earlier turns: [KEPT_PICKS × 2], by session hash modulo KEPT_PICKS, the hash and the
   * candidate's index + 1; 0: nothing. Another session takes the place.
   */
  readonly #picks: Int32Array = new Int32Array(2 * KEPT_PICKS);

  override pick<Engine extends EngineLoad>(candidates: Candidates<Engine>, request: RouteRequest): Engine {
    if (request.session_id === null) return leastLoaded(candidates);
    if (candidates !== this.#candidates) {
      this.#candidates = candidates;
      this.#hashes = Int32Array.from(candidates, ({ engine_name }) => hashText(engine_name));
      this.#picks.fill(0);
    }
    const session_hash = hashText(request.session_id);
    const place = 2 * (session_hash & (KEPT_PICKS - 1));
    if (this.#picks[place] !== session_hash || this.#picks[place + 1] === 0) {
      this.#picks[place] = session_hash;
      this.#picks[place + 1] = this.#heaviest(session_hash) + 1;
    }
    return present(candidates[(this.#picks[place + 1] as number) - 1], "there is a healthy engine to pick");
  }

  /** Index of the candidate with the highest weight for the session. */
  #heaviest(session_hash: number): number {
    let best = 0;
    let best_weight = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#hashes.length; i++) {
      const weight = mix((this.#hashes[i] as number) ^ session_hash);
      if (weight <= best_weight) continue;
      best = i;
      best_weight = weight;
    }
    return best;
  }
}

/** Uniform over signed 32 bits: FNV-1a over the text's UTF-16 units, mixed, because FNV's high bits lag. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** murmur3's finaliser: one to one, and every input bit sways every output bit. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
