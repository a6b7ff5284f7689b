// Prompt tokens by where their KV came from, over finished requests. One response without a report makes the sum missing.

import type { RequestRecord } from "../domain/request_record.ts";
import { TIERS, type Tier } from "../domain/tier.ts";
import { na, sumOf, withAll } from "./measured.ts";
import type { Measured } from "./run_summary.ts";

export function hitTokens(finished: readonly RequestRecord[], tier: Tier): Measured {
  if (finished.length === 0) return na("no request finished");
  const silent = finished.filter((record) => record.cached_tokens === null).length;
  if (silent > 0) return na(`${silent} of ${finished.length} responses did not report cached tokens`);
  return finished.reduce((sum, record) => sum + (record.cached_tokens?.[tier] ?? 0), 0);
}

export function allHitTokens(finished: readonly RequestRecord[]): Measured {
  return sumOf(TIERS.map((tier) => hitTokens(finished, tier)));
}

export function missTokens(finished: readonly RequestRecord[]): Measured {
  return withAll([allHitTokens(finished)], ([hit = 0]) => inputTokens(finished) - hit);
}

export function inputTokens(finished: readonly RequestRecord[]): number {
  return finished.reduce((sum, record) => sum + record.input_tokens, 0);
}
