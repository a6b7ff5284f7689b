// Where TTFT goes: means of the stages that the engines stamped, over finished requests, and what they leave unexplained
// (network, router, client, and the decode engine's first step).

import type { RequestRecord } from "../domain/request_record.ts";
import { mean } from "../stats/distribution.ts";
import { na } from "./measured.ts";
import type { ArmSummary, Measured } from "./run_summary.ts";
import { TTFT_MS } from "./ttft_ms.ts";

const STAGES = ["queue", "lookup", "load", "prefill", "handover"] as const;
type Stage = (typeof STAGES)[number];

export function summariseStages(finished: readonly RequestRecord[]): ArmSummary["stages"] {
  const stages = STAGES.map((stage) => ({ stage, mean_ms: meanStage(finished, stage) }));
  return [...stages, { stage: "other", mean_ms: meanRemainder(finished) }];
}

/** Over the requests that report the stage. */
function meanStage(finished: readonly RequestRecord[], stage: Stage): Measured {
  const reported_ms = finished.map((record) => stageOf(record, stage)).filter((ms) => ms !== null);
  return reported_ms.length === 0 ? na(`no response reports ${stage}_ms`) : mean(reported_ms);
}

/** TTFT less its stages, over the requests whose prefill is reported; a stage that is not there took no time. */
function meanRemainder(finished: readonly RequestRecord[]): Measured {
  const rests_ms = finished.flatMap((record) => {
    if (record.prefill_ms === null) return [];
    const known_ms = STAGES.reduce((sum, stage) => sum + (stageOf(record, stage) ?? 0), 0);
    return TTFT_MS.of(record).map((ttft_ms) => ttft_ms - known_ms);
  });
  return rests_ms.length === 0 ? na("no response reports its stages") : mean(rests_ms);
}

function stageOf(record: RequestRecord, stage: Stage): number | null {
  return record[`${stage}_ms`];
}
