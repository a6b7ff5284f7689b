// Prompt tokens by where their KV came from, over finished requests. One response without a report makes the sum missing. A
// server that tells how many were cached, but not where, has a sum over all tiers and none of a tier.

import type { RequestRecord } from "../domain/request_record.ts";
import { TIERS, type Tier } from "../domain/tier.ts";
import { na, withAll } from "./measured.ts";
import type { Measured } from "./run_summary.ts";

export function hitTokens(finished: readonly RequestRecord[], tier: Tier): Measured {
  if (finished.length === 0) return na("no request finished");
  const silent = finished.filter((record) => record.cached_tokens === null);
  if (silent.length === 0)
    return finished.reduce((sum, record) => sum + (record.cached_tokens?.[tier] ?? 0), 0);
  const tells_totals = silent.every((record) => cachedTokens(record) !== null);
  return tells_totals
    ? na("the server tells cached tokens without their tier")
    : na(`${silent.length} of ${finished.length} responses did not report cached tokens`);
}

/** Of one prompt, from any tier. Null: the server did not tell. */
export function cachedTokens({ cached_tokens, cached_tokens_total }: RequestRecord): number | null {
  return cached_tokens === null
    ? (cached_tokens_total ?? null)
    : TIERS.reduce((sum, tier) => sum + cached_tokens[tier], 0);
}

export function allHitTokens(finished: readonly RequestRecord[]): Measured {
  const told = finished.map(cachedTokens);
  const silent = told.filter((tokens) => tokens === null).length;
  if (finished.length === 0) return na("no request finished");
  if (silent > 0) return na(`${silent} of ${finished.length} responses did not report cached tokens`);
  return told.reduce<number>((sum, tokens) => sum + (tokens ?? 0), 0);
}

export function missTokens(finished: readonly RequestRecord[]): Measured {
  return withAll([allHitTokens(finished)], ([hit = 0]) => inputTokens(finished) - hit);
}

export function inputTokens(finished: readonly RequestRecord[]): number {
  return finished.reduce((sum, record) => sum + record.input_tokens, 0);
}
