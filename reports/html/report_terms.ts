// What the words of a run's report mean, for a reader who meets them here first. Definitions are those of harness/measure and
// harness/stats.

import type { Term } from "./terms_list.ts";

export const REPORT_TERMS: readonly Term[] = [
  ["TTFT (ttft_ms)", "Time to first token: from sending a request to its first token."],
  ["TPOT (tpot_ms)", "Time per output token: (E2EL − TTFT) ÷ (output tokens − 1), per request."],
  ["ITL (itl_ms)", "Inter-token latency: every gap between two token events of a request."],
  ["E2EL (e2el_ms)", "End-to-end latency: from sending a request to its last token."],
  [
    "Goodput",
    "Requests that met every objective, per second: --set slo.ttft_ms=500 --set slo.tpot_ms=50, or slo.e2el_ms. Failed and rejected ones met none.",
  ],
  [
    "Tier: hbm, cpu, disk",
    "Where a cached block was read from: the engine's own block pool, the store's memory, the store's disk.",
  ],
  [
    "hit_ratio",
    "Prompt tokens whose KV was not computed again ÷ all prompt tokens; hit_ratio_hbm_cpu counts these tiers only.",
  ],
  ["Ceiling", "The hit ratio of a cache without limit on the same requests."],
  [
    "local_put_ratio",
    "Copies that an engine wrote to the store's memory of its own node ÷ all copies it wrote.",
  ],
  ["remote_read_bytes", "KV that engines read from the memory or disk of another node."],
  [
    "split_batches",
    "Loads that were cut in parts because they would not fit the disk tier's staging buffer.",
  ],
  [
    "Pair",
    "Every arm once, on the same requests, each on a fresh stack with empty caches; the order alternates.",
  ],
  [
    "baseline, candidate",
    "Means over the pairs of what each run had. The latency table pools the requests of all pairs instead, so its p99 is of more requests and may be larger.",
  ],
  ["ci95_pct", "95 % interval of the change, from the differences within pairs; pp are percentage points."],
  [
    "p_holm, p_sign_flip",
    "How likely a change of this size is where the switch does nothing: by Student's t, adjusted for all comparisons of the run; and, without assuming normality, by flipping the signs of the pairs' differences. The second cannot fall below 0.05 with fewer than six pairs.",
  ],
  [
    "better, worse",
    "The interval excludes 0 and the change is at least the minimum effect that was fixed in advance.",
  ],
  [
    "no difference",
    "The whole interval lies within the minimum effect: whatever the change is, it is too small to matter.",
  ],
  ["inconclusive", "The run does not decide it. This is not “no difference”."],
  ["Ledger", "The same tokens, keys and bytes as the client, the engines and the store counted them."],
  [
    "Floor",
    "What the load client itself costs on this machine, measured before the run against a server that answers at once.",
  ],
  [
    "stale_reads, corrupt_reads",
    "Blocks whose bytes were of older weights, or not what was written. Must be 0.",
  ],
];
