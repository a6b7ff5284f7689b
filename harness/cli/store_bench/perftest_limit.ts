// What an RDMA device does between two processes of this host, by perftest: ib_write_bw and ib_read_bw with messages of 1 MiB.

import { OsClock } from "../../clock/os_clock.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { MIB, NS_PER_MS } from "../../domain/units.ts";

const MESSAGES = 32;
const CLIENT_TIMEOUT_MS = 20_000;
const TRIES = 50;
const BITS = 8;
const RETRY_NS: number = 100 * NS_PER_MS;

export interface PerftestTarget {
  readonly device: string;
  readonly gid_index: number;
  /** An address of this host on the device. */
  readonly host: string;
}

/** The server says nothing to a pipe, so the client tries until it listens. */
export async function perftestBytesPerS(
  tool: "ib_write_bw" | "ib_read_bw",
  { device, gid_index, host }: PerftestTarget,
): Promise<Result<number, string>> {
  if (Bun.which(tool) === null) return err(`n/a (no ${tool}: apt-get install perftest)`);
  const args = [
    tool,
    ...["-d", device, "-x", String(gid_index)],
    ...["-s", String(MIB), "-n", String(MESSAGES), "-F", "--report_gbits"],
  ];
  const clock = new OsClock();
  const server = Bun.spawn(args, { stdout: "ignore", stderr: "ignore" });
  try {
    let said = "";
    for (let tries = 0; tries < TRIES && server.exitCode === null; tries++) {
      const client = Bun.spawnSync([...args, host], { timeout: CLIENT_TIMEOUT_MS });
      const rate = bandwidthOf(client.stdout.toString());
      if (rate !== null) return ok(rate);
      said = client.stderr.toString().trim().slice(-300);
      await clock.sleepUntil(clock.now_ns() + RETRY_NS);
    }
    return err(`n/a (${tool}: ${said})`);
  } finally {
    server.kill();
  }
}

/** The line "#bytes #iterations BW peak[Gb/sec] BW average[Gb/sec] MsgRate". */
export function bandwidthOf(output: string): number | null {
  const average = new RegExp(`^ *${MIB} +\\d+ +[\\d.]+ +([\\d.]+)`, "m").exec(output)?.[1];
  return average === undefined ? null : (Number(average) * 1e9) / BITS;
}
