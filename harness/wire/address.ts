// Where a process listens: "unix:<path>" or "tcp:<host>:<port>".

import { err, ok, type Result } from "../domain/result.ts";

export type Address =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** sun_path of Linux holds 107 bytes and a terminator. */
const MAX_UNIX_PATH_BYTES = 107;

export function parseAddress(text: string): Result<Address, string> {
  const unix = /^unix:(.+)$/.exec(text)?.[1];
  if (unix !== undefined) {
    const bytes = Buffer.byteLength(unix);
    if (bytes <= MAX_UNIX_PATH_BYTES) return ok({ kind: "unix", path: unix });
    return err(
      `address: a unix socket path has at most ${MAX_UNIX_PATH_BYTES} bytes, got ${bytes} in "${text}". Use a shorter directory.`,
    );
  }
  const tcp = /^tcp:(.+):(\d{1,5})$/.exec(text);
  const host = tcp?.[1];
  const port = Number(tcp?.[2]);
  if (host !== undefined && port <= 65_535) return ok({ kind: "tcp", host, port });
  return err(`address: must be unix:<path> or tcp:<host>:<port>, got "${text}".`);
}

export function describeAddress(address: Address): string {
  return address.kind === "unix" ? `unix:${address.path}` : `tcp:${address.host}:${address.port}`;
}
