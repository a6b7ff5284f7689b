// The source that a load configuration names.

import type { Random } from "../../clock/random.ts";
import type { LoadConfig } from "../../config/arm_config.ts";
import type { Session } from "../../domain/session.ts";
import { ClosedLoop } from "./closed_loop.ts";
import type { LoadSource } from "./load_source.ts";
import { OpenLoop } from "./open_loop.ts";
import { Phases, sessionsByPhase } from "./phases.ts";
import { TraceTimes } from "./trace_times.ts";

/** Arrivals other than `trace` ignore the times that sessions of a trace carry, so a trace can be replayed at any rate. */
export function createSource(load: LoadConfig, sessions: readonly Session[], random: Random): LoadSource {
  const phases = sessionsByPhase(sessions);
  if (phases.length < 2) return createPhase(load, sessions, random);
  return new Phases(phases.map((of_phase, i) => createPhase(load, of_phase, random.fork(`phase ${i}`))));
}

function createPhase(load: LoadConfig, sessions: readonly Session[], random: Random): LoadSource {
  const { rate_per_s, burstiness_cv } = load;
  switch (load.arrivals) {
    case "closed":
      return new ClosedLoop(sessions, load.concurrency);
    case "trace":
      return new TraceTimes(sessions, load.speedup);
    case "constant":
    case "poisson":
    case "gamma":
      return new OpenLoop(
        sessions,
        { process: load.arrivals, rate_per_s, burstiness_cv },
        random.fork("arrivals"),
      );
  }
}
