// Where requests go: `http://host:port[/base]`. TLS is not spoken; a proxy or an SSH tunnel ends it in front.

import { err, ok, type Result } from "../../domain/result.ts";

export interface HttpTarget {
  readonly host: string;
  readonly port: number;
  /** Put before every path; "" or `/base`, without a trailing slash. */
  readonly base_path: string;
}

export function parseHttpTarget(url: string): Result<HttpTarget, string> {
  const problem = (rule: string, next_step: string) => err(`target url: ${rule}, got "${url}". ${next_step}`);
  if (!URL.canParse(url)) return problem("must be a URL", "Use for example http://127.0.0.1:8000.");
  const { protocol, hostname, port, pathname, username, search } = new URL(url);
  if (protocol === "https:") {
    return problem("must be http", "The load client speaks no TLS: end it in a local proxy and name that.");
  }
  if (protocol !== "http:") return problem("must be http", "Use for example http://127.0.0.1:8000.");
  if (username !== "" || search !== "") {
    return problem("must have no user and no query", "Use http://host:port or http://host:port/base.");
  }
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return ok({ host, port: port === "" ? 80 : Number(port), base_path: pathname.replace(/\/+$/, "") });
}
