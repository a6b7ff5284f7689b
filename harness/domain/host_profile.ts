// What the machine under a simulated stack costs. Times in ns, rates in bytes per second. The instances are in
// harness/sim/host_profile.ts; `bun run calibrate` measures a host into another.

export interface HostProfile {
  readonly host_name: string;
  /**
   * All nodes of the topology are this one host, as in the live stack: they share its memory and its disk, and each of its
   * processes takes up one request after the other.
   */
  readonly one_host: boolean;
  /**
   * Round trip of an RPC that carries one key, between processes that had nothing to do; and each further key: encoding on
   * both sides and the server's work.
   */
  readonly rpc_ns: number;
  readonly rpc_key_ns: number;
  /** A copy between regions: a fixed cost, then bytes. One copy at a time per memory. */
  readonly copy_ns: number;
  readonly copy_bytes_per_s: number;
  /** Bucket files. Reads and writes share the device; a batch's latencies overlap `disk_depth` deep. */
  readonly disk_read_bytes_per_s: number;
  readonly disk_write_bytes_per_s: number;
  readonly disk_latency_ns: number;
  readonly disk_depth: number;
  /**
   * One HTTP hop of a request, each way, and what each prompt token adds to it (JSON, written and parsed). On one host all of
   * it is taken to be the work of the process that is reached.
   */
  readonly http_ns: number;
  readonly http_token_ns: number;
  /** From a token's step to the client: two hops of one SSE event. */
  readonly sse_ns: number;
  /** How late a step ends after the modelled GPU time. */
  readonly step_lateness_us: number;
  readonly source: string;
}
