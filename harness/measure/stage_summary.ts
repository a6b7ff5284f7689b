// Where TTFT goes: means of the stages that the engines stamped, over finished requests, and what they leave unexplained
// (network, router, client, and the decode engine's first step). The means add up to the mean TTFT.
//
// A load belongs to the slowest tier that it brought tokens from, as in the tiers' load_ms_p50; one that brought none was lost
// to a fault, and its stage is there only if there was one.

import type { RequestRecord } from "../domain/request_record.ts";
import { mean } from "../stats/distribution.ts";
import { na } from "./measured.ts";
import type { ArmSummary, Measured } from "./run_summary.ts";
import { TTFT_MS } from "./ttft_ms.ts";

const STAGES = ["queue", "lookup", "load_cpu", "load_disk", "load_lost", "prefill", "handover"] as const;
type Stage = (typeof STAGES)[number];

export function summariseStages(finished: readonly RequestRecord[]): ArmSummary["stages"] {
  const stages = STAGES.map((stage) => ({ stage, mean_ms: meanStage(finished, stage) }));
  const shown = stages.filter(({ stage, mean_ms }) => stage !== "load_lost" || Number(mean_ms) > 0);
  return [...shown, { stage: "other", mean_ms: meanRemainder(finished) }];
}

/** Over the requests that report the stage. */
function meanStage(finished: readonly RequestRecord[], stage: Stage): Measured {
  const reported_ms = finished.map((record) => stageMs(record, stage)).filter((ms) => ms !== null);
  return reported_ms.length === 0 ? na(`no response reports ${stage}_ms`) : mean(reported_ms);
}

/** TTFT less its stages, over the requests whose prefill is reported; a stage that is not there took no time. */
function meanRemainder(finished: readonly RequestRecord[]): Measured {
  const rests_ms = finished.flatMap((record) => {
    if (record.prefill_ms === null) return [];
    const known_ms = STAGES.reduce((sum, stage) => sum + (stageMs(record, stage) ?? 0), 0);
    return TTFT_MS.of(record).map((ttft_ms) => ttft_ms - known_ms);
  });
  return rests_ms.length === 0 ? na("no response reports its stages") : mean(rests_ms);
}

/** Null: not reported. */
function stageMs(record: RequestRecord, stage: Stage): number | null {
  switch (stage) {
    case "queue":
      return record.queue_ms;
    case "lookup":
      return record.lookup_ms;
    case "prefill":
      return record.prefill_ms;
    case "handover":
      return record.handover_ms;
    default:
      if (record.load_ms === null || record.cached_tokens === null) return null;
      return stage === loadStage(record.cached_tokens) ? record.load_ms : 0;
  }
}

function loadStage({ cpu, disk }: NonNullable<RequestRecord["cached_tokens"]>): Stage {
  if (disk > 0) return "load_disk";
  return cpu > 0 ? "load_cpu" : "load_lost";
}
