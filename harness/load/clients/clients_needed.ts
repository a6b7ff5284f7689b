// How many client processes an offered load needs: what it asks of the client's CPU, at the cost that was measured on this
// machine. A closed loop offers no rate, so one client is taken; when that one falls behind, the run is refused and says so.

import type { LoadConfig } from "../../config/arm_config.ts";
import type { Session } from "../../domain/session.ts";
import { NS_PER_S } from "../../domain/units.ts";

export interface ClientCost {
  readonly cpu_us_per_request: number;
  readonly cpu_us_per_event: number;
}

/** A client that is busy for longer stamps its events late. */
const BUSY_RATIO_MAX = 0.5;
const US_PER_S = 1e6;

/** Never more than there are cores, sessions, or slots of a closed loop. */
export function clientsNeeded(
  load: LoadConfig,
  sessions: readonly Session[],
  cost: ClientCost,
  cores: number,
): number {
  const asked = load.num_clients ?? Math.ceil(busyRatio(load, sessions, cost) / BUSY_RATIO_MAX);
  const parts = load.arrivals === "closed" ? load.concurrency : sessions.length;
  const most = load.num_clients === null ? Math.min(cores, parts) : parts;
  return Math.max(1, Math.min(asked, most));
}

/** Of one core. 0 for a closed loop, whose rate is an outcome. */
function busyRatio(load: LoadConfig, sessions: readonly Session[], cost: ClientCost): number {
  const span_s = arrivalSpanS(load, sessions);
  if (span_s === null || span_s <= 0) return 0;
  const turns = sessions.flatMap((session) => session.turns);
  const events = turns.reduce((sum, { output_tokens }) => sum + output_tokens, 0);
  const cpu_us = turns.length * cost.cpu_us_per_request + events * cost.cpu_us_per_event;
  return cpu_us / (span_s * US_PER_S);
}

function arrivalSpanS(load: LoadConfig, sessions: readonly Session[]): number | null {
  switch (load.arrivals) {
    case "closed":
      return null;
    case "trace": {
      const last_ns = sessions.reduce(
        (latest, { turns }) => turns.reduce((at, turn) => Math.max(at, turn.at_ns ?? 0), latest),
        0,
      );
      return last_ns / load.speedup / NS_PER_S;
    }
    default:
      return sessions.length / load.rate_per_s;
  }
}
