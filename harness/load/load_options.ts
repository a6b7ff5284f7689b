// What drives one load, for the client inside this process.

import type { Clock } from "../clock/clock.ts";
import type { LoadConfig } from "../config/arm_config.ts";
import type { RequestRecord } from "../domain/request_record.ts";
import type { HttpTarget } from "./http/http_target.ts";
import type { LoadProgress } from "./load_result.ts";
import type { LoadSource } from "./sources/load_source.ts";
import type { Pacer } from "./wake_up.ts";

export interface LoadOptions {
  readonly source: LoadSource;
  readonly target: HttpTarget;
  /** Model name to ask for. */
  readonly model: string;
  readonly arm: string;
  readonly pair_index: number;
  readonly wording: Pick<LoadConfig, "prompt_as" | "dialect">;
  readonly request_timeout_ms: number;
  readonly clock: Clock;
  /** Null: the clock's own sleep. */
  readonly pacer: Pacer | null;
  /**
   * When intended time 0 is, on `clock`; clients of one load share it. Null: garbage is collected, and time 0 is as soon after that as
   * the first requests can be ready.
   */
  readonly starts_ns: number | null;
  /** In the order of finishing. Must not throw. */
  readonly onRecord: (record: RequestRecord) => void;
  /** After every send and every finish. */
  readonly onProgress: ((progress: LoadProgress) => void) | null;
  /** A phase has ended: what is to happen before the next begins. Must not throw. Absent: nothing. */
  readonly onPhaseEnd?: (phase_index: number) => Promise<void>;
  /** Aborted: nothing more is sent, running requests end as "cancelled". */
  readonly signal: AbortSignal | null;
}
