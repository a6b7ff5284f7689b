// Hits by tier, token-weighted over the prompts of finished requests. Hit tokens are the client's (what each response said of
// its prompt); bytes are the engines'.

import type { RequestRecord } from "../domain/request_record.ts";
import type { Tier } from "../domain/tier.ts";
import { quantile, sortAscending } from "../stats/quantile.ts";
import type { ArmRun } from "./arm_run.ts";
import { armCounter } from "./arm_scrapes.ts";
import { hitTokens, inputTokens, missTokens } from "./hit_tokens.ts";
import { na, ratioOf } from "./measured.ts";
import { ENGINE_SERIES } from "./metric_names.ts";
import type { ArmSummary, Measured, TierSummary } from "./run_summary.ts";

export function summariseTiers(
  runs: readonly ArmRun[],
  theoretical_hit_ratio: Measured,
): ArmSummary["tiers"] {
  const finished = runs.flatMap((run) => run.records).filter((record) => record.error === null);
  const missed = missTokens(finished);
  return {
    hbm: summariseTier("hbm", runs, finished),
    cpu: summariseTier("cpu", runs, finished),
    disk: summariseTier("disk", runs, finished),
    miss: { tokens: missed, ratio: ratioOf(missed, inputTokens(finished), "no prompt tokens") },
    theoretical_hit_ratio,
  };
}

function summariseTier(tier: Tier, runs: readonly ArmRun[], finished: readonly RequestRecord[]): TierSummary {
  const hit_tokens = hitTokens(finished, tier);
  return {
    hit_tokens,
    hit_ratio: ratioOf(hit_tokens, inputTokens(finished), "no prompt tokens"),
    bytes:
      tier === "hbm"
        ? na("HBM hits move no bytes")
        : armCounter(runs, "engines", ENGINE_SERIES.load_bytes, { tier }),
    load_ms_p50: tier === "hbm" ? na("HBM hits are not loaded") : loadP50(finished, tier),
  };
}

/** A request's load time belongs to the slowest tier it loaded from: disk if any token came from there, else cpu. */
function loadP50(finished: readonly RequestRecord[], tier: "cpu" | "disk"): Measured {
  const loads_ms = finished.flatMap(({ cached_tokens, load_ms }) => {
    if (cached_tokens === null || load_ms === null) return [];
    const slowest = cached_tokens.disk > 0 ? "disk" : cached_tokens.cpu > 0 ? "cpu" : "hbm";
    return slowest === tier ? [load_ms] : [];
  });
  return loads_ms.length === 0
    ? na(`no request loaded from ${tier}`)
    : quantile(sortAscending(loads_ms), 0.5);
}
