// 64 bytes to another process and back over a bare unix socket: what no question to the master falls below. With both processes on one
// CPU it is what the software takes; the rest is waking a CPU that sleeps, twice.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../domain/assert.ts";

export interface SocketEcho {
  readonly us_p50: number;
  /** Null where processes cannot be kept on one CPU (no taskset). */
  readonly one_cpu_us_p50: number | null;
}

export async function measureSocketEcho(socket_dir: string, budget_s: number): Promise<SocketEcho> {
  const path = join(socket_dir, "echo.sock");
  const us_p50 = await echoUs([], path, budget_s);
  const taskset = Bun.which("taskset");
  if (taskset === null) return { us_p50, one_cpu_us_p50: null };
  return { us_p50, one_cpu_us_p50: await echoUs([taskset, "--cpu-list", "0"], path, budget_s) };
}

async function echoUs(prefix: readonly string[], path: string, budget_s: number): Promise<number> {
  const script = (name: string): string[] => [...prefix, process.execPath, join(import.meta.dir, name)];
  const pipes = { stdin: "pipe", stdout: "pipe", stderr: "inherit" } as const;
  const echo = Bun.spawn([...script("store_bench_echo.ts"), path], pipes);
  try {
    await echo.stdout.getReader().read();
    const client = Bun.spawn([...script("store_bench_echo_client.ts"), path, String(1000 * budget_s)], pipes);
    const us = Number(await new Response(client.stdout).text());
    assert(us > 0, "the echo's client prints its median");
    return us;
  } finally {
    echo.kill();
    await echo.exited;
    rmSync(path, { force: true });
  }
}
