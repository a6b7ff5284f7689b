// A process's HTTP server: a table of routes on 127.0.0.1, with no idle timeout, since a first token may take minutes.

import type { Server } from "bun";
import { err, ok, type Result } from "../domain/result.ts";
import { errorResponse, notFound } from "./openai/openai_error.ts";
import type { StartError } from "./start_error.ts";

export type HttpRoute = (http: Request, url: URL) => Response | Promise<Response>;

/** By method and path, as in "GET /health". */
export type HttpRoutes = ReadonlyMap<string, HttpRoute>;

export interface LoopbackHttp {
  readonly port: number;
  /** Closes every connection, the ones in use included. */
  stop(): Promise<void>;
}

export function serveLoopback(http_port: number, routes: HttpRoutes): Result<LoopbackHttp, StartError> {
  try {
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: http_port,
      idleTimeout: 0,
      maxRequestBodySize: MAX_BODY_BYTES,
      fetch: (http) => answer(routes, http),
    });
    return ok({ port: boundPort(server), stop: () => server.stop(true) });
  } catch (error) {
    const detail = `http_port: cannot listen on 127.0.0.1:${http_port}: ${String(error)}. Use 0 for a free port.`;
    return err({ code: "port_taken", detail });
  }
}

/** A prompt of a million token ids is about 7 MB of JSON. */
const MAX_BODY_BYTES: number = 256 * 1024 ** 2;

function answer(routes: HttpRoutes, http: Request): Response | Promise<Response> {
  const url = new URL(http.url);
  const route = routes.get(`${http.method} ${url.pathname}`);
  if (route !== undefined) return route(http, url);
  const known = [...routes.keys()].join(", ");
  return errorResponse(notFound(`${http.method} ${url.pathname}: is not served. Use one of ${known}.`));
}

function boundPort(server: Server<undefined>): number {
  return server.port ?? 0;
}
