// How much of a client's time its garbage collector takes under load, and how long it stops the client at once: a request that is
// due during a stop is sent behind it. A client in a process of its own, since a collector tells of itself only on stderr.

import { fileURLToPath } from "node:url";
import { err, ok, type Result } from "../../domain/result.ts";
import { NS_PER_S, nsToMs } from "../../domain/units.ts";
import { collectorPauses } from "../../load/floor/collector_log.ts";
import { ANSWER_AT_ONCE } from "../../load/floor/null_server.ts";
import { startNullServer } from "../../load/floor/null_server_launch.ts";
import type { RatePlan } from "../../load/floor/rate_sessions.ts";
import { quantile, sortAscending } from "../../stats/quantile.ts";
import type { CollectedLoad } from "./collected_client.ts";

export interface CollectorShare {
  readonly rate_per_s: number;
  readonly pauses_per_s: number;
  /** 0 without a pause, as is the longest. */
  readonly pause_ms_p50: number;
  readonly pause_ms_max: number;
  /** Time in pauses ÷ time of the load. */
  readonly paused_ratio: number;
}

export async function measureCollectorShare(
  plan: RatePlan,
  warm_up: RatePlan,
): Promise<Result<CollectorShare, string>> {
  await using server = await startNullServer(ANSWER_AT_ONCE);
  const load: CollectedLoad = { target: server.target, warm_up, plan };
  await using client = Bun.spawn({
    cmd: [
      process.execPath,
      fileURLToPath(new URL("collected_client.ts", import.meta.url)),
      JSON.stringify(load),
    ],
    env: { ...process.env, BUN_JSC_logGC: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const log = await new Response(client.stderr).text();
  const exit_code = await client.exited;
  if (exit_code !== 0) return err(`the client whose collector is watched ended with exit code ${exit_code}`);
  const pauses = collectorPauses(log);
  return pauses === null
    ? err("the client's log tells no garbage collection: this Bun words it differently")
    : ok(describe(pauses, plan));
}

function describe(pauses: readonly number[], { rate_per_s, seconds }: RatePlan): CollectorShare {
  const ascending = sortAscending(pauses);
  const paused_ms = pauses.reduce((sum, pause_ms) => sum + pause_ms, 0);
  return {
    rate_per_s,
    pauses_per_s: pauses.length / seconds,
    pause_ms_p50: pauses.length === 0 ? 0 : quantile(ascending, 0.5),
    pause_ms_max: ascending.at(-1) ?? 0,
    paused_ratio: paused_ms / nsToMs(seconds * NS_PER_S),
  };
}
