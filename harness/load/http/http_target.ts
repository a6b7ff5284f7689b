// Where requests go: `http://host:port[/base]`. TLS is not spoken; a proxy or an SSH tunnel ends it in front.

import { err, ok, type Result } from "../../domain/result.ts";

export interface HttpTarget {
  readonly host: string;
  readonly port: number;
  /** Put before every path; "" or `/base`, without a trailing slash. */
  readonly base_path: string;
  /** Value of the authorization header. Absent: none is sent. */
  readonly authorization?: string;
}

export function parseHttpTarget(url: string): Result<HttpTarget, string> {
  if (!URL.canParse(url))
    return err(`target url: must be a URL, got "${url}". Use for example http://127.0.0.1:8000.`);
  const { protocol, hostname, port, pathname, username, search } = new URL(url);
  // Without what may be a secret.
  const shown = username === "" && search === "" ? url : `${protocol}//${hostname}${pathname}`;
  const problem = (rule: string, next_step: string) =>
    err(`target url: ${rule}, got "${shown}". ${next_step}`);
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
