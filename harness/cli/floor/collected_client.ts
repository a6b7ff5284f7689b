// A load client whose garbage collector tells what it does: `bun collected_client.ts <CollectedLoad as JSON>`, started by
// collector_share.ts with BUN_JSC_logGC=1. The log goes to stderr, with a mark in it where the load begins.

import { writeSync } from "node:fs";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import { OsClock } from "../../clock/os_clock.ts";
import { present } from "../../domain/assert.ts";
import { LOAD_BEGINS } from "../../load/floor/collector_log.ts";
import { driveRate } from "../../load/floor/drive_rate.ts";
import type { RatePlan } from "../../load/floor/rate_sessions.ts";
import type { HttpTarget } from "../../load/http/http_target.ts";
import { PlaneClock } from "../../stack/plane_clock.ts";
import { planePacer } from "../bench/plane_pacer.ts";
import { EXIT } from "../exit_code.ts";

export interface CollectedLoad {
  readonly target: HttpTarget;
  /** Driven first, unmarked. */
  readonly warm_up: RatePlan;
  readonly plan: RatePlan;
}

const STDERR = 2;
const load: CollectedLoad = JSON.parse(present(process.argv[2], "the load is the first argument"));
const plane = openDataPlane();
if (!plane.ok) {
  console.error(plane.error.detail);
  process.exit(EXIT.STACK_FAILED);
}
const clock = new PlaneClock(plane.value, new OsClock());
const pacer = planePacer(plane.value);
await driveRate(load.warm_up, load.target, clock, pacer);
writeSync(STDERR, `${LOAD_BEGINS}\n`);
await driveRate(load.plan, load.target, clock, pacer);
process.exit(EXIT.DONE);
