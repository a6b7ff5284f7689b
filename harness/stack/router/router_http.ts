// The router put together and served: OpenAI's routes in front of the engines.

import type { Clock } from "../../clock/clock.ts";
import { createRouterCore, DEFAULT_ROUTER_CORE_CONFIG } from "../../core/router/router_core.ts";
import { ok, type Result } from "../../domain/result.ts";
import { type HttpRoute, serveLoopback } from "../loopback_http.ts";
import { MetricsText } from "../metrics_text.ts";
import { badGateway, errorResponse } from "../openai/openai_error.ts";
import type { Log, RouterProcess, RunningProcess } from "../process_config.ts";
import type { StartError } from "../start_error.ts";
import { traceRoutes } from "../trace_routes.ts";
import { RouterCounters } from "./router_counters.ts";
import { RouterHealth } from "./router_health.ts";
import { RouterProxy } from "./router_proxy.ts";
import type { RouterRecorder } from "./router_recorder.ts";

export function serveRouter(
  config: RouterProcess,
  clock: Clock,
  log: Log,
  recorder: RouterRecorder | null = null,
): Result<RunningProcess, StartError> {
  const urls = new Map(config.engines.map(({ engine_name, url }) => [engine_name, url.replace(/\/+$/, "")]));
  const core = createRouterCore(config.policy, config.engines, {
    ...DEFAULT_ROUTER_CORE_CONFIG,
    kv_aware: config.kv_aware,
  });
  const counters = new RouterCounters();
  const health = new RouterHealth(core, urls, clock, log);
  const proxy = new RouterProxy({ config, urls, core, health, counters, recorder, clock, log });
  const routes = new Map<string, HttpRoute>([
    ["POST /v1/completions", (http, { pathname }) => proxy.answer(pathname, http)],
    ["POST /v1/chat/completions", (http, { pathname }) => proxy.answer(pathname, http)],
    ["GET /v1/models", () => models(config, urls, health)],
    ["GET /health", () => healthResponse(config, health)],
    ["GET /metrics", () => metrics(config, counters, health, recorder)],
    ...traceRoutes(
      clock,
      (max_requests) => proxy.startTrace(max_requests),
      () => proxy.traceLog(),
    ),
  ]);
  const http = serveLoopback(config.http_port, routes);
  if (!http.ok) return http;
  const stop = async (): Promise<void> => {
    health.stop();
    await http.value.stop();
    await recorder?.close();
  };
  return ok({ http_port: http.value.port, stop });
}

/** Of the first engine that answers: all serve the same model. */
async function models(
  config: RouterProcess,
  urls: ReadonlyMap<string, string>,
  health: RouterHealth,
): Promise<Response> {
  for (const { engine_name } of config.engines.filter((engine) => health.isUp(engine.engine_name))) {
    try {
      const answer = await fetch(`${urls.get(engine_name)}/v1/models`, { proxy: false });
      if (answer.ok) return Response.json(await answer.json());
    } catch (error) {
      health.lose(engine_name, String(error));
    }
  }
  return errorResponse(badGateway("No engine answers. Look at the engines' logs."));
}

/** 200 while a request can be routed: an engine for each half is up. */
function healthResponse(config: RouterProcess, health: RouterHealth): Response {
  const up = config.engines.filter((engine) => health.isUp(engine.engine_name));
  const serves = (stage: "prefill" | "decode"): boolean =>
    up.some(({ role }) => role === stage || role === "both");
  const engines = Object.fromEntries(
    config.engines.map(({ engine_name }) => [engine_name, health.isUp(engine_name)]),
  );
  return Response.json({ engines }, { status: serves("prefill") && serves("decode") ? 200 : 503 });
}

function metrics(
  config: RouterProcess,
  counters: RouterCounters,
  health: RouterHealth,
  recorder: RouterRecorder | null,
): Response {
  const text = new MetricsText({ router: config.name });
  const { routed, ...counts } = counters;
  for (const [name, count] of Object.entries(counts)) text.add("counter", `tierbench:router_${name}`, count);
  for (const [name, count] of Object.entries(recorder?.counters ?? {})) {
    text.add("counter", `tierbench:router_record_${name}`, count);
  }
  text.addEach("counter", "tierbench:router_routed", "engine", Object.fromEntries(routed));
  for (const { engine_name } of config.engines) {
    text.add("gauge", "tierbench:router_engine_up", health.isUp(engine_name) ? 1 : 0, {
      engine: engine_name,
    });
  }
  return text.response();
}
