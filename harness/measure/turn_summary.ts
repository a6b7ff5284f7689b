// The per-turn × per-tier table: how the cache warms as conversations go on.

import type { RequestRecord } from "../domain/request_record.ts";
import type { Tier } from "../domain/tier.ts";
import { mean } from "../stats/distribution.ts";
import { hitTokens, inputTokens } from "./hit_tokens.ts";
import { na, ratioOf } from "./measured.ts";
import type { Measured, TurnSummary } from "./run_summary.ts";
import { TTFT_MS } from "./ttft_ms.ts";

/** Of finished requests; turns in ascending order. */
export function summariseTurns(finished: readonly RequestRecord[]): TurnSummary[] {
  const byTurn = Map.groupBy(finished, (record) => record.turn_index);
  return [...byTurn.entries()]
    .sort(([a], [b]) => a - b)
    .map(([turn, records]) => summariseTurn(turn, records));
}

function summariseTurn(turn_index: number, records: readonly RequestRecord[]): TurnSummary {
  const ttfts_ms = records.flatMap((record) => TTFT_MS.of(record));
  const hitRatio = (tier: Tier): Measured =>
    ratioOf(hitTokens(records, tier), inputTokens(records), "no prompt tokens");
  return {
    turn_index,
    requests: records.length,
    ttft_ms_mean: ttfts_ms.length === 0 ? na("no first token") : mean(ttfts_ms),
    hit_ratio: { hbm: hitRatio("hbm"), cpu: hitRatio("cpu"), disk: hitRatio("disk") },
  };
}
