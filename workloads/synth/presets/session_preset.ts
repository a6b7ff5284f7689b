// A kind of load that the project ships, as sessions without end.

import type { Random } from "../../../harness/clock/random.ts";
import type { PresetName } from "../../../harness/config/preset_name.ts";
import type { SessionPlan } from "../session_plan.ts";

export interface SessionPreset {
  readonly name: PresetName;
  /** What it is, in a line. */
  readonly summary: string;
  /** Where its numbers come from. */
  readonly source: string;
  /** In the order of at_ns; without end. */
  readonly plans: (random: Random) => Generator<SessionPlan, never>;
}
