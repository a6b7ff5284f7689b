// What the router has done since start; the source of its /metrics.

export class RouterCounters {
  requests = 0;
  /** Second attempts after an engine failed. */
  retries = 0;
  /** Answered 5xx by the router itself. */
  failed_requests = 0;
  /** Answered 429: no engine would have met the SLO. */
  refused_requests = 0;
  client_disconnects = 0;
  /** Prefill halves answered with no KV to hand over. */
  pairs_without_kv = 0;
  /** First upstream requests of attempts, and the sum of time since the request's arrival: reading, parsing, routing. */
  dispatches = 0;
  dispatch_ns = 0;
  /** Sum over pairs, from the prefill engine's answer to the decode engine's first byte. */
  handover_ns = 0;
  handovers = 0;
  readonly routed: Map<string, number> = new Map<string, number>();

  countRouted(engine_name: string): void {
    this.routed.set(engine_name, (this.routed.get(engine_name) ?? 0) + 1);
  }
}
