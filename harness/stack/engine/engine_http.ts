// The engine's HTTP routes: OpenAI's, vLLM's and what a harness needs beside them.

import type { Clock } from "../../clock/clock.ts";
import type { HttpRoute, HttpRoutes } from "../loopback_http.ts";
import type { NodePaths } from "../node_paths.ts";
import { badRequest, errorResponse, internalError } from "../openai/openai_error.ts";
import { isJsonObject } from "../openai/openai_fields.ts";
import type { EngineProcess } from "../process_config.ts";
import type { RemoteHolds } from "../remote_holds.ts";
import type { StoreClient } from "../store_client.ts";
import { traceRoutes } from "../trace_routes.ts";
import type { EngineCompletions } from "./engine_completions.ts";
import { renderEngineMetrics } from "./engine_metrics.ts";
import type { EngineShell } from "./engine_shell.ts";

export interface EngineHttpOptions {
  readonly config: EngineProcess;
  readonly shell: EngineShell;
  readonly completions: EngineCompletions;
  readonly holds: RemoteHolds;
  readonly store: StoreClient | null;
  readonly paths: NodePaths;
  readonly clock: Clock;
}

export function engineRoutes(options: EngineHttpOptions): HttpRoutes {
  const { config, completions } = options;
  const model = { id: config.core.model.model_name, object: "model", created: 0, owned_by: "tierbench" };
  return new Map<string, HttpRoute>([
    ["POST /v1/completions", (http) => completions.answer("completions", http)],
    ["POST /v1/chat/completions", (http) => completions.answer("chat", http)],
    [
      "GET /v1/models",
      () => Response.json({ object: "list", data: [{ ...model, max_model_len: config.core.max_model_len }] }),
    ],
    ["GET /health", () => new Response(null, { status: 200 })],
    ["GET /metrics", () => metrics(options)],
    ["POST /reset_prefix_cache", (_, url) => resetPrefixCache(options, url)],
    ["POST /weights_version", (http) => updateWeights(options, http)],
    ...traceRoutes(
      options.clock,
      (max_requests) => options.shell.startTrace(max_requests),
      () => options.shell.traceLog(),
    ),
  ]);
}

function metrics({ config, shell, holds, store, paths }: EngineHttpOptions): Response {
  return renderEngineMetrics({
    model_name: config.core.model.model_name,
    engine_name: config.name,
    node: config.core.node,
    snapshot: shell.snapshot(),
    steps: shell.stepCounts(),
    failed_releases: holds.failed_releases,
    store: store?.counters() ?? null,
    native: store?.native?.() ?? null,
    operations: shell.storeOperations(),
    moved: paths.moved(),
  });
}

async function resetPrefixCache({ shell }: EngineHttpOptions, url: URL): Promise<Response> {
  const problems: string[] = [];
  const reset_connector = queryBoolean(url, "reset_external", false, problems);
  const reset_running_requests = queryBoolean(url, "reset_running_requests", false, problems);
  const force = queryBoolean(url, "force", true, problems);
  if (problems.length > 0) return errorResponse(badRequest(problems.join("\n")));
  const done = await shell.resetPrefixCache({ reset_running_requests, reset_connector, force });
  if (done) return Response.json({ success: true });
  const next_step =
    "Wait until no request runs, or ask with reset_running_requests=true; the log says which part failed";
  return errorResponse(internalError(`reset_prefix_cache: a cache was not emptied. ${next_step}.`));
}

function queryBoolean(url: URL, name: string, default_value: boolean, problems: string[]): boolean {
  const value = url.searchParams.get(name)?.toLowerCase() ?? String(default_value);
  if (value !== "true" && value !== "false") {
    problems.push(`${name}: must be true or false, got "${value}". Leave it out for ${default_value}.`);
  }
  return value === "true";
}

async function updateWeights({ shell }: EngineHttpOptions, http: Request): Promise<Response> {
  const body: unknown = await http.json().catch(() => null);
  const weights_version = isJsonObject(body) ? body["weights_version"] : undefined;
  if (typeof weights_version !== "number" || !Number.isInteger(weights_version) || !inU32(weights_version)) {
    const got = JSON.stringify(weights_version) ?? "nothing";
    return errorResponse(
      badRequest(
        `weights_version: must be an integer from 0 to ${MAX_U32}, got ${got}. Send {"weights_version": 2}.`,
      ),
    );
  }
  shell.dispatch({ type: "weights_updated", weights_version });
  return Response.json({ weights_version });
}

const MAX_U32: number = 2 ** 32 - 1;

function inU32(value: number): boolean {
  return value >= 0 && value <= MAX_U32;
}
