// The load clients of a run beside the one in this process: none, unless the configuration or the offered rate asks for them.

import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../clock/clock.ts";
import { formatConfigProblem } from "../../config/config_problem.ts";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type ClientCost, clientsNeeded } from "../../load/clients/clients_needed.ts";
import { LoadClients } from "../../load/clients/load_clients.ts";
import { pairWorkload, type RunContext } from "./run_context.ts";

const ENTRY = fileURLToPath(new URL("../load_client.ts", import.meta.url));

/** The error is worded for the user. */
export async function startClients(num_clients: number, clock: Clock): Promise<Result<LoadClients, string>> {
  const clients = await LoadClients.start(num_clients, ENTRY, clock);
  return clients.ok ? clients : err(clients.error.detail);
}

/** Null: one client, inside this process. Judged by the baseline on the workload of the first pair. */
export async function openClients(
  context: RunContext,
  cost: ClientCost,
  clock: Clock,
): Promise<Result<LoadClients | null, string>> {
  const { load } = present(context.plan.arms[0], "a plan has a baseline").config;
  const workload = pairWorkload(context, present(context.schedule[0], "a run has a pair").seed);
  if (!workload.ok) return err(workload.error.map(formatConfigProblem).join("\n"));
  const num_clients = clientsNeeded(load, workload.value.sessions, cost, availableParallelism());
  return num_clients === 1 ? ok(null) : await startClients(num_clients, clock);
}
