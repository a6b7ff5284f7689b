// Hits of a server that somebody else runs. Its responses go first; where they are silent its metrics answer: this project's
// engines count each tier, a vLLM its own blocks and what its connector brought, without the tier that came from, which the tier
// lines of its log tell, where that is read.

import { TIERS, type Tier } from "../domain/tier.ts";
import type { ArmRun } from "./arm_run.ts";
import { armCounter } from "./arm_scrapes.ts";
import { sumEngineLogs } from "./engine_log.ts";
import { inputTokens } from "./hit_tokens.ts";
import { isAvailable, na, ratioOf, sumOf, withAll } from "./measured.ts";
import { ENGINE_SERIES, VLLM_SERIES } from "./metric_names.ts";
import type { ArmSummary, Measured } from "./run_summary.ts";

/** `tiers`: as the responses tell (tier_summary.ts). What they do not tell is filled in where metrics do. */
export function endpointTiers(runs: readonly ArmRun[], tiers: ArmSummary["tiers"]): ArmSummary["tiers"] {
  const finished = runs.flatMap((run) => run.records).filter((record) => record.error === null);
  const tokens = inputTokens(finished);
  const ratio = (part: Measured): Measured => ratioOf(part, tokens, "no prompt tokens");
  const failed = runs.flatMap((run) => run.records).length - finished.length;
  const trusted = (hits: Measured): Measured => trust(hits, tokens, failed);
  const filled = (tier: Tier): ArmSummary["tiers"][Tier] => {
    const { hit_tokens: told } = tiers[tier];
    const hit_tokens = isAvailable(told) ? told : trusted(scrapedHits(runs, tier, told));
    const bytes = loggedBytes(runs, tier, tiers[tier].bytes);
    return { ...tiers[tier], hit_tokens, hit_ratio: ratio(hit_tokens), bytes };
  };
  const missed = isAvailable(tiers.miss.tokens)
    ? tiers.miss.tokens
    : withAll([trusted(scrapedHitsOfAll(runs))], ([hits = 0]) => tokens - hits);
  return {
    ...tiers,
    hbm: filled("hbm"),
    cpu: filled("cpu"),
    disk: filled("disk"),
    miss: { tokens: missed, ratio: ratio(missed) },
  };
}

/** Engines count what they did for every request; only the client knows whose prompts those were. */
function trust(hits: Measured, prompt_tokens: number, failed: number): Measured {
  if (!isAvailable(hits)) return hits;
  if (failed > 0) return na(`${failed} requests failed, and the engines count their hits too`);
  if (hits <= prompt_tokens) return hits;
  return na(
    `the engines count ${hits} hits for ${prompt_tokens} prompt tokens: name the metrics of engines that compute prompts only, as one that decodes counts what it is handed`,
  );
}

function scrapedHits(runs: readonly ArmRun[], tier: Tier, told: { readonly na: string }): Measured {
  if (!hasEngines(runs)) return na(`${told.na}, and no engine's metrics were named`);
  const counted = armCounter(runs, "prompt_engines", ENGINE_SERIES.cached_tokens, { tier });
  if (isAvailable(counted)) return counted;
  if (tier === "hbm") return armCounter(runs, "prompt_engines", VLLM_SERIES.prefix_cache_hits);
  const external = armCounter(runs, "prompt_engines", VLLM_SERIES.external_prefix_cache_hits);
  return isAvailable(external) ? shareOfTier(runs, tier, external) : external;
}

/** Read from a tier, as the engines' tier lines say, where no metric does. */
function loggedBytes(runs: readonly ArmRun[], tier: Tier, told: Measured): Measured {
  const logs = runs.flatMap(({ engine_log }) => engine_log ?? []);
  const { memory_bytes, disk_bytes, unknown_bytes, bad_tier_lines, get_batches } = sumEngineLogs(logs);
  const is_clear = get_batches > 0 && unknown_bytes + bad_tier_lines === 0;
  if (isAvailable(told) || tier === "hbm" || logs.length < runs.length || !is_clear) return told;
  return tier === "cpu" ? memory_bytes : disk_bytes;
}

/** vLLM counts tokens without their tier, and logs keys with it: equal pieces of the blocks that the tokens are in. */
function shareOfTier(runs: readonly ArmRun[], tier: "cpu" | "disk", external: number): Measured {
  const logs = runs.flatMap(({ engine_log }) => engine_log ?? []);
  const { memory_keys, disk_keys, unknown_keys, failed_keys, bad_tier_lines } = sumEngineLogs(logs);
  const keys = memory_keys + disk_keys;
  if (external === 0 && logs.length === runs.length) return 0;
  if (logs.length < runs.length || keys === 0)
    return na(`the engines count ${external} tokens from outside their own blocks, without the tier`);
  const unclear = unknown_keys + failed_keys + bad_tier_lines;
  if (unclear > 0)
    return na(`the engines' tier lines leave the tier of some loads open (${unclear} keys or lines)`);
  return Math.round((external * (tier === "cpu" ? memory_keys : disk_keys)) / keys);
}

function scrapedHitsOfAll(runs: readonly ArmRun[]): Measured {
  if (!hasEngines(runs)) return na("the responses tell no cached tokens, and no engine's metrics were named");
  const by_tier = sumOf(
    TIERS.map((tier) => armCounter(runs, "prompt_engines", ENGINE_SERIES.cached_tokens, { tier })),
  );
  if (isAvailable(by_tier)) return by_tier;
  return sumOf(Object.values(VLLM_SERIES).map((series) => armCounter(runs, "prompt_engines", series)));
}

function hasEngines(runs: readonly ArmRun[]): boolean {
  return runs.every(({ scrapes }) => scrapes.some(({ kind }) => kind === "engine"));
}
