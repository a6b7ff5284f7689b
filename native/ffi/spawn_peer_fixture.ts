// Starts peer_fixture.ts as a process of its own.

import { join } from "node:path";
import { assert } from "../../harness/domain/assert.ts";

export type Peer = AsyncDisposable & {
  /** Resolves when it has printed its first line. */
  kill(): Promise<void>;
};

const SCRIPT = join(import.meta.dir, "peer_fixture.ts");

/** A peer that stays, once it has said that it is ready. */
export async function spawnPeer(command: string, path: string): Promise<Peer> {
  const child = Bun.spawn([process.execPath, SCRIPT, command, path], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await child.stdout.getReader().read();
  assert(
    value !== undefined && new TextDecoder().decode(value) === "ready\n",
    `the peer is ready to ${command}`,
  );
  const kill = async () => {
    child.kill("SIGKILL");
    await child.exited;
  };
  return { kill, [Symbol.asyncDispose]: kill };
}

/** Runs a peer to its end: exit code and what it printed. */
export async function runPeer(
  command: string,
  path: string,
  env: Record<string, string> | undefined = undefined,
): Promise<{ exit_code: number; printed: string }> {
  const child = Bun.spawn([process.execPath, SCRIPT, command, path], {
    stdout: "pipe",
    stderr: "inherit",
    ...(env === undefined ? {} : { env }),
  });
  const printed = await new Response(child.stdout).text();
  return { exit_code: await child.exited, printed };
}
