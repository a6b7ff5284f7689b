// The open loop of drive_rate.ts, dealt out to several client processes: each client's figures, and all of them as one.

import type { LoadConfig } from "../../config/arm_config.ts";
import { present } from "../../domain/assert.ts";
import { ok, type Result } from "../../domain/result.ts";
import type { LoadClientFailure } from "../clients/client_process.ts";
import type { ClientLoadCost, LoadClients } from "../clients/load_clients.ts";
import type { LoadResult } from "../load_result.ts";
import type { RateFloor } from "./drive_rate.ts";
import { ANSWER_AT_ONCE } from "./null_server.ts";
import { startNullServer } from "./null_server_launch.ts";
import { type RatePlan, rateSessions } from "./rate_sessions.ts";
import { RateTally } from "./rate_tally.ts";

export interface ClientsRate {
  readonly merged: RateFloor;
  /** [clients] */
  readonly of_client: readonly RateFloor[];
}

export async function measureClientsRate(
  plan: RatePlan,
  clients: LoadClients,
): Promise<Result<ClientsRate, LoadClientFailure>> {
  await using servers = new AsyncDisposableStack();
  const targets = [];
  for (let i = 0; i < clients.count; i++)
    targets.push(servers.use(await startNullServer(ANSWER_AT_ONCE)).target);
  const all = new RateTally();
  const tallies = targets.map(() => new RateTally());
  const load = await clients.load({
    job: {
      load: constantRate(plan.rate_per_s, clients.count),
      ...{ sessions: rateSessions(plan), seed: 1, model: "null", arm: "floor", pair_index: 0 },
    },
    targets,
    onRecord: (record, client_index) => {
      all.add(record);
      tallies[client_index]?.add(record);
    },
    onStart: () => {},
    onProgress: () => {},
    onPhaseEnd: () => Promise.resolve(),
    signal: new AbortController().signal,
  });
  if (!load.ok) return load;
  const { merged, results, costs } = load.value;
  return ok({
    merged: rateFloor(plan.rate_per_s, all, merged, addCosts(costs)),
    of_client: results.map((result, i) => {
      const tally = present(tallies[i], "every client has a tally");
      return rateFloor(plan.rate_per_s / clients.count, tally, result, addCosts(costs.slice(i, i + 1)));
    }),
  });
}

function rateFloor(
  rate_per_s: number,
  { achieved_per_s, lag_ns }: RateTally,
  { failed_requests, sent_requests }: LoadResult,
  { cpu_us, core_wait_ms }: ClientLoadCost,
): RateFloor {
  const cpu_us_per_request = cpu_us / sent_requests;
  return { rate_per_s, achieved_per_s, lag_ns, failed_requests, cpu_us_per_request, core_wait_ms };
}

function addCosts(costs: readonly ClientLoadCost[]): ClientLoadCost {
  return costs.reduce((sum, cost) => ({
    cpu_us: sum.cpu_us + cost.cpu_us,
    core_wait_ms:
      sum.core_wait_ms === null || cost.core_wait_ms === null ? null : sum.core_wait_ms + cost.core_wait_ms,
  }));
}

function constantRate(rate_per_s: number, num_clients: number): LoadConfig {
  return {
    ...{ arrivals: "constant", rate_per_s, num_clients, concurrency: 1, burstiness_cv: 1, speedup: 1 },
    ...{ prompt_as: "tokens", dialect: "vllm", request_timeout_ms: 30_000 },
  };
}
