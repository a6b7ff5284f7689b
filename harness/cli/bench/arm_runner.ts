// What runs one arm of one pair: the live stack, or the simulator. Both yield the same, so that everything after does not ask.

import type { TracedProcess } from "../../../reports/perfetto/perfetto_trace.ts";
import type { Arm } from "../../config/build_arms.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import type { Result } from "../../domain/result.ts";
import type { Session } from "../../domain/session.ts";
import type { Topology } from "../../domain/topology.ts";
import type { LoadProgress, LoadResult } from "../../load/load_result.ts";
import type { ArmRun } from "../../measure/arm_run.ts";
import type { ColdStartFacts } from "../../measure/cold_start.ts";
import type { Measured } from "../../measure/run_summary.ts";
import type { Sample } from "../../measure/sample_series.ts";
import type { Profiles } from "../../stack/stack_plan.ts";

export interface ArmRunOptions {
  readonly arm: Arm;
  readonly pair_index: number;
  /** Place in the run's schedule, from 0. */
  readonly run_index: number;
  readonly seed: number;
  readonly sessions: readonly Session[];
  readonly topology: Topology;
  readonly profiles: Profiles;
  readonly run_path: string;
  readonly logs_path: string;
  /** Of how many requests each process keeps spans; null: of none. */
  readonly traced_requests: number | null;
  readonly signal: AbortSignal;
  readonly onStage: (stage: string) => void;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly onRecord: (record: RequestRecord) => void;
  /** A process was lost, or a fault was injected: now, or at `at_ns` on the clock of the records. */
  readonly onFault: (fault: string, at_ns?: number) => void;
  /** While the load runs. */
  readonly onSample: (sample: Sample) => void;
}

export interface ArmOutcome {
  readonly run: ArmRun;
  readonly load: LoadResult;
  /** Not available: nobody could look. */
  readonly cold_start: Measured<ColdStartFacts>;
  /** Empty unless requests were traced. */
  readonly traces: readonly TracedProcess[];
}

export interface StackFailure {
  readonly code: "shared_memory" | "process" | "native";
  readonly message: string;
}

export type ArmRunner = (options: ArmRunOptions) => Promise<Result<ArmOutcome, StackFailure>>;
