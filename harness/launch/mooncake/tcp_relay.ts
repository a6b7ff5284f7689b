// Carries connections from one address to another, over the border of a network namespace: unix sockets are files, and reach
// across. As a program, `bun tcp_relay.ts <listen> <connect>`, it says {"ready":true} and ends with whoever started it.
// Addresses: unix:<path> or tcp:<host>:<port>; port 0 lets the kernel choose.

import { connect, createServer, type Socket } from "node:net";
import { assert } from "../../domain/assert.ts";

export interface TcpRelay extends AsyncDisposable {
  /** Of a TCP listener; 0 of a unix socket. */
  readonly port: number;
}

export async function startRelay(listen: string, to: string): Promise<TcpRelay> {
  const open = new Set<Socket>();
  const server = createServer((from) => {
    const onward = connect(parseAddress(to));
    for (const [side, other] of [
      [from, onward],
      [onward, from],
    ] as const) {
      open.add(side);
      side.on("error", () => other.destroy());
      side.on("close", () => open.delete(side));
      side.pipe(other);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(parseAddress(listen), resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function parseAddress(address: string): { path: string } | { host: string; port: number } {
  const [kind, ...rest] = address.split(":");
  const where = rest.join(":");
  if (kind === "unix") return { path: where };
  const [, host = "", port] = /^(.*):(\d+)$/.exec(where) ?? [];
  assert(
    kind === "tcp" && port !== undefined,
    `an address is unix:<path> or tcp:<host>:<port>, got ${address}`,
  );
  return { host, port: Number(port) };
}

if (import.meta.main) {
  const [listen = "", to = ""] = process.argv.slice(2);
  await startRelay(listen, to);
  process.stdin.on("end", () => process.exit(0));
  process.stdin.resume();
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
}
