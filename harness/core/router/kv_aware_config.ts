// What KVCache-centric routing reckons with.

export interface KvAwareConfig {
  readonly block_tokens: number;
  /** Best match ÷ own match from which KV is fetched rather than computed. Null: engines cannot get each other's KV. */
  readonly balancing_threshold: number | null;
  readonly prefill_ns_per_token: number;
  /** For each token that a new token attends to. */
  readonly prefill_ns_per_attended_token: number;
  readonly transfer_ns_per_token: number;
  /** Time between tokens: base + KV tokens of the running requests × this. */
  readonly decode_base_ns: number;
  readonly decode_ns_per_kv_token: number;
  /** Null: no bound, nothing is refused. */
  readonly ttft_slo_ms: number | null;
  readonly tbt_slo_ms: number | null;
}
