// From measurements of a host to the profile that the simulator runs on. Latencies of the serving path are what a live engine
// took beyond what the simulator says of a host that costs nothing; a few of them can only be told together, and are split as
// LAPTOP_HOST splits them.

import type { HostProfile } from "../domain/host_profile.ts";
import { NS_PER_US } from "../domain/units.ts";
import { LAPTOP_HOST } from "./host_profile.ts";

export interface HostMeasurements {
  /** One key, when neither side has had anything to do for a while. */
  readonly rpc_paused_ns: number;
  /** One key and many, call after call. */
  readonly rpc_one_key_ns: number;
  readonly rpc_many_keys_ns: number;
  readonly rpc_many_keys: number;
  readonly copy_small_ns: number;
  readonly copy_bytes_per_s: number;
  readonly disk_read_bytes_per_s: number;
  readonly disk_write_bytes_per_s: number;
  readonly disk_latency_ns: number;
  readonly disk_depth: number;
  /** One engine behind a router, one request at a time: live minus a simulation without host costs. */
  readonly itl_beyond_ns: number;
  readonly short_ttft_beyond_ns: number;
  readonly long_ttft_beyond_ns: number;
  readonly short_prompt_tokens: number;
  readonly long_prompt_tokens: number;
  readonly short_prefill_steps: number;
  readonly long_prefill_steps: number;
}

/** The part of LAPTOP_HOST's fixed costs that is a hop of a request; client → router → engine are two of them. */
const HOPS = 2;

export function fitHostProfile(measured: HostMeasurements, host_name: string): HostProfile {
  const lateness_ns = Math.max(0, measured.itl_beyond_ns);
  const short_ns = measured.short_ttft_beyond_ns - measured.short_prefill_steps * lateness_ns;
  const long_ns = measured.long_ttft_beyond_ns - measured.long_prefill_steps * lateness_ns;
  const more_tokens = measured.long_prompt_tokens - measured.short_prompt_tokens;
  const http_token_ns = Math.max(0, (long_ns - short_ns) / (HOPS * more_tokens));
  const fixed_ns = Math.max(0, short_ns - HOPS * measured.short_prompt_tokens * http_token_ns);
  const { http_ns, sse_ns } = LAPTOP_HOST;
  const per_unit = fixed_ns / (HOPS * http_ns + sse_ns);
  const rpc_key_ns = (measured.rpc_many_keys_ns - measured.rpc_one_key_ns) / (measured.rpc_many_keys - 1);
  return {
    host_name,
    one_host: true,
    rpc_ns: Math.round(measured.rpc_paused_ns),
    rpc_key_ns: Math.max(0, Math.round(rpc_key_ns)),
    copy_ns: Math.round(measured.copy_small_ns),
    copy_bytes_per_s: Math.round(measured.copy_bytes_per_s),
    disk_read_bytes_per_s: Math.round(measured.disk_read_bytes_per_s),
    disk_write_bytes_per_s: Math.round(measured.disk_write_bytes_per_s),
    disk_latency_ns: Math.round(measured.disk_latency_ns),
    disk_depth: measured.disk_depth,
    http_ns: Math.round(http_ns * per_unit),
    http_token_ns: Math.round(http_token_ns),
    sse_ns: Math.round(sse_ns * per_unit),
    step_lateness_us: lateness_ns / NS_PER_US,
    source:
      "measured by bun run calibrate; http_ns and sse_ns are told only together, and split as in the laptop profile",
  };
}
