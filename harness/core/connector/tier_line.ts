// vLLM's tier log: one line a GET, in its exact format (spec: vllm_mooncake_store_connector.md §1.6), so that parsers
// written for vLLM's logs read ours.

import type { StoreTier } from "../../domain/tier.ts";
import type { GetOutcome } from "./store_api.ts";

type LoggedTier = "memory" | "disk" | "unknown";

const LOGGED_TIER: { readonly [K in StoreTier]: LoggedTier } = { cpu: "memory", disk: "disk" };

export function tierLine(request_id: string, outcomes: readonly GetOutcome[]): string {
  const keys = { memory: 0, disk: 0, unknown: 0 };
  const bytes = { memory: 0, disk: 0, unknown: 0 };
  let success_keys = 0;
  for (const outcome of outcomes) {
    const tier = outcome.tier === null ? "unknown" : LOGGED_TIER[outcome.tier];
    keys[tier]++;
    if (outcome.code < 0) continue;
    success_keys++;
    bytes[tier] += outcome.code;
  }
  return (
    `Mooncake load tier summary: req_id=${request_id} batch_keys=${outcomes.length}` +
    ` memory_keys=${keys.memory} disk_keys=${keys.disk} unknown_keys=${keys.unknown}` +
    ` success_keys=${success_keys} failed_keys=${outcomes.length - success_keys}` +
    // Python's repr of a dict.
    ` bytes_by_tier={'memory': ${bytes.memory}, 'disk': ${bytes.disk}, 'unknown': ${bytes.unknown}}`
  );
}
