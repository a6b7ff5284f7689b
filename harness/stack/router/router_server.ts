// The router process: proves that it may hold enough requests in flight, then serves, recording what passes if it is to.

import type { Clock } from "../../clock/clock.ts";
import type { Result } from "../../domain/result.ts";
import type { Log, RouterProcess, RunningProcess } from "../process_config.ts";
import type { StartError } from "../start_error.ts";
import { PROVED_PARALLEL_REQUESTS, proveParallelFetch } from "./router_fetch_cap.ts";
import { serveRouter } from "./router_http.ts";
import { RouterRecorder } from "./router_recorder.ts";

const PROOF_WAIT_MS = 5_000;

export async function startRouter(
  config: RouterProcess,
  clock: Clock,
  log: Log,
): Promise<Result<RunningProcess, StartError>> {
  const proved = await proveParallelFetch(PROVED_PARALLEL_REQUESTS, PROOF_WAIT_MS, clock);
  if (!proved.ok) return proved;
  if (config.record === null) return serveRouter(config, clock, log);
  const recorder = await RouterRecorder.start(config.record, clock, log);
  if (!recorder.ok) return recorder;
  const router = serveRouter(config, clock, log, recorder.value);
  if (!router.ok) await recorder.value.close();
  return router;
}
