// The source that a load configuration names.

import type { Random } from "../../clock/random.ts";
import type { LoadConfig } from "../../config/arm_config.ts";
import type { Session } from "../../domain/session.ts";
import { type ClientShare, ownOf, ownSlots, WHOLE_LOAD } from "./client_share.ts";
import { ClosedLoop } from "./closed_loop.ts";
import type { LoadSource } from "./load_source.ts";
import { OpenLoop } from "./open_loop.ts";
import { Phases, sessionsByPhase } from "./phases.ts";
import { Rounds } from "./rounds.ts";
import { TraceTimes } from "./trace_times.ts";

/** Arrivals other than `trace` ignore the times that sessions of a trace carry, so a trace can be replayed at any rate. */
export function createSource(
  load: LoadConfig,
  sessions: readonly Session[],
  random: Random,
  share: ClientShare = WHOLE_LOAD,
): LoadSource {
  const phases = sessionsByPhase(sessions);
  if (phases.length < 2) return createPhase(load, sessions, random, share);
  return new Phases(
    phases.map((of_phase, i) => createPhase(load, of_phase, random.fork(`phase ${i}`), share)),
  );
}

function createPhase(
  load: LoadConfig,
  sessions: readonly Session[],
  random: Random,
  share: ClientShare,
): LoadSource {
  const { rate_per_s, burstiness_cv } = load;
  switch (load.arrivals) {
    case "closed": {
      const [own, slots] = [ownOf(sessions, share), ownSlots(load.concurrency, share)];
      return sessions.some(({ in_step }) => in_step === true)
        ? new Rounds(own, slots)
        : new ClosedLoop(own, slots);
    }
    case "trace":
      return new TraceTimes(ownOf(sessions, share), load.speedup);
    case "constant":
    case "poisson":
    case "gamma":
      return new OpenLoop(
        sessions,
        { process: load.arrivals, rate_per_s, burstiness_cv },
        random.fork("arrivals"),
        share,
      );
  }
}
