// A network namespace of its own with nothing but a loopback: real store processes listen on all addresses, and nothing outside may
// reach them. Held by a process that ends with this one.

import { networkInterfaces } from "node:os";

export interface PrivateNetwork {
  readonly pid: number;
  /** The command, run inside. */
  readonly wrap: (argv: readonly string[]) => readonly string[];
  close(): Promise<void>;
}

/** Null where this user may not make one (it needs root) or the tools are missing. */
export async function openPrivateNetwork(): Promise<PrivateNetwork | null> {
  if (process.getuid?.() !== 0 || Bun.which("unshare") === null || Bun.which("nsenter") === null) return null;
  if (Bun.which("ip") === null || networkInterfaces()["lo"] === undefined) return null;
  const holder = Bun.spawn(["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec cat"], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  const { value } = await holder.stdout.getReader().read();
  if (value === undefined) return null;
  return {
    pid: holder.pid,
    wrap: (argv) => ["nsenter", "-t", String(holder.pid), "-n", ...argv],
    close: async () => {
      holder.kill("SIGKILL");
      await holder.exited;
    },
  };
}
