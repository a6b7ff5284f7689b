// Bun holds 256 requests of `fetch` in flight per process and queues the rest in silence, which reads as slow engines. The
// variable BUN_CONFIG_MAX_HTTP_REQUESTS lifts it, but only at process start. This proves that the cap is not in force.

import type { Clock } from "../../clock/clock.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { msToNs } from "../../domain/units.ts";
import type { StartError } from "../start_error.ts";

/** More than Bun's default cap. */
export const PROVED_PARALLEL_REQUESTS = 300;

/**
 * Opens `parallel_requests` requests to a loopback server that answers none before all have arrived. Takes milliseconds when
 * they overlap, `wait_ms` when they do not.
 */
export async function proveParallelFetch(
  parallel_requests: number,
  wait_ms: number,
  clock: Clock,
): Promise<Result<void, StartError>> {
  const all_arrived = Promise.withResolvers<void>();
  let arrived = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch() {
      arrived++;
      if (arrived === parallel_requests) all_arrived.resolve();
      await all_arrived.promise;
      return new Response();
    },
  });
  const given_up = new AbortController();
  const requests = Array.from({ length: parallel_requests }, () =>
    fetch(server.url, { signal: given_up.signal, proxy: false }).catch(() => {}),
  );
  const waited = new AbortController();
  const deadline_ns = clock.now_ns() + msToNs(wait_ms);
  await Promise.race([Promise.all(requests), clock.sleepUntil(deadline_ns, waited.signal)]);
  const overlapped = arrived;
  waited.abort();
  given_up.abort();
  await server.stop(true);
  return overlapped >= parallel_requests ? ok(undefined) : err(capError(parallel_requests, overlapped));
}

function capError(parallel_requests: number, overlapped: number): StartError {
  const got = `${parallel_requests} parallel requests must overlap, got ${overlapped}`;
  return {
    code: "request_cap",
    detail: `fetch: ${got}. Start the process with BUN_CONFIG_MAX_HTTP_REQUESTS=4096.`,
  };
}
