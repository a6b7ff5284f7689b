// The master's HTTP routes: what Mooncake's master serves on its metrics port, and a POST to empty the store.

import type { Clock } from "../../clock/clock.ts";
import type { MasterCore } from "../../core/master/master_core.ts";
import type { SharedSecret } from "../../wire/shared_secret.ts";
import type { HttpRoute, HttpRoutes } from "../loopback_http.ts";
import { keyLines } from "./key_lines.ts";
import { masterMetrics } from "./master_metrics.ts";
import { removeMany } from "./remove_many.ts";

const TEXT = { "content-type": "text/plain;charset=utf-8" };

/**
 * `summary`: the line of /metrics/summary as of now. With a secret, what names keys or removes them wants it as
 * `authorization: Bearer <secret>`; health and metrics stay open, so that a scraper needs no secret.
 */
export function masterRoutes(
  core: MasterCore,
  clock: Clock,
  summary: () => string,
  secret: SharedSecret | null,
): HttpRoutes {
  const guarded = (route: HttpRoute): HttpRoute => guard(route, secret);
  return new Map<string, HttpRoute>([
    ["GET /health", () => new Response("OK\n")],
    ["GET /metrics", () => masterMetrics(core.stats(clock.now_ns()))],
    ["GET /metrics/summary", () => new Response(`${summary()}\n`)],
    ["GET /get_all_keys", guarded(() => new Response(keyLines(core), { headers: TEXT }))],
    ["GET /get_all_segments", () => lines(core.stats(clock.now_ns()).segments.map((s) => s.segment_name))],
    ["GET /query_key", guarded((_http, url) => queryKey(core, clock, url))],
    ["POST /remove_all", guarded((_http, url) => removeAll(core, clock, url))],
  ]);
}

function guard(route: HttpRoute, secret: SharedSecret | null): HttpRoute {
  if (secret === null) return route;
  return (http, url) => {
    if (secret.acceptsHeader(http.headers.get("authorization"))) return route(http, url);
    const text = "authorization: must be Bearer and the secret that the master was started with.\n";
    return new Response(text, { status: 401, headers: { "www-authenticate": "Bearer" } });
  };
}

function queryKey(core: MasterCore, clock: Clock, url: URL): Response {
  const key = url.searchParams.get("key");
  if (key === null)
    return new Response("key: is missing. Ask /query_key?key=<object key>.\n", { status: 400 });
  const found = core.queryKey(key, clock.now_ns());
  if (found !== undefined) return Response.json(found);
  return new Response(`key: no object "${key}". /get_all_keys lists them.\n`, { status: 404 });
}

async function removeAll(core: MasterCore, clock: Clock, url: URL): Promise<Response> {
  const force = url.searchParams.get("force") ?? "false";
  if (force !== "true" && force !== "false") {
    return new Response(`force: must be true or false, got "${force}". Leave it out for false.\n`, {
      status: 400,
    });
  }
  return Response.json(await removeMany(core, clock, { op: "remove_all", force: force === "true" }));
}

function lines(texts: readonly string[]): Response {
  return new Response(texts.map((text) => `${text}\n`).join(""));
}
