// The open loop of drive_rate.ts against a null server of its own, in another process.

import type { Clock } from "../../clock/clock.ts";
import type { Pacer } from "../wake_up.ts";
import { driveRate, type RateFloor } from "./drive_rate.ts";
import { ANSWER_AT_ONCE } from "./null_server.ts";
import { startNullServer } from "./null_server_launch.ts";
import type { RatePlan } from "./rate_sessions.ts";

/** Pacer null: the clock's own sleep. */
export async function measureRate(plan: RatePlan, clock: Clock, pacer: Pacer | null): Promise<RateFloor> {
  await using server = await startNullServer(ANSWER_AT_ONCE);
  return await driveRate(plan, server.target, clock, pacer);
}
