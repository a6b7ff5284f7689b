// Measures put and get over Soft-RoCE beside what the device gives to perftest; runs inside the VM and prints one line,
// "rdma_vm: figures {…}". Runs of perftest stand before and after ours; their mean is the device's limit.

import { mkdtempSync, rmSync } from "node:fs";
import { assert } from "../../harness/domain/assert.ts";
import { benchFabric } from "../../native/ffi/bench_fabric.ts";
import { SOFT_ROCE } from "./soft_roce.ts";

const PIECE_BYTES = 1 << 20;
const PIECES = 16;

/** Of `ib_write_bw` or `ib_read_bw` between two processes. */
async function deviceBytesPerS(tool: "ib_write_bw" | "ib_read_bw"): Promise<number> {
  const args = ["-d", "rxe0", "-x", "1", "-s", String(PIECE_BYTES), "-n", "32", "-F", "--report_gbits"];
  const server = Bun.spawn([tool, ...args], { stdout: "ignore", stderr: "ignore" });
  let client = runClient([tool, ...args]);
  // Refused until the server, which says nothing to a pipe, listens.
  for (let tries = 0; tries < 50 && client.exitCode !== 0 && server.exitCode === null; tries++) {
    await Bun.sleep(100);
    client = runClient([tool, ...args]);
  }
  server.kill();
  await server.exited;
  const text = client.stdout.toString();
  // #bytes #iterations BW peak[Gb/sec] BW average[Gb/sec] MsgRate
  const average = new RegExp(`^ *${PIECE_BYTES} +\\d+ +[\\d.]+ +([\\d.]+)`, "m").exec(text)?.[1];
  assert(average !== undefined, `${tool} prints a bandwidth: ${text.slice(-300)}${client.stderr}`);
  return (Number(average) * 1e9) / 8;
}

function runClient(command: readonly string[]): Bun.SyncSubprocess<"pipe", "pipe"> {
  return Bun.spawnSync([...command, "10.77.0.1"], { stdout: "pipe", stderr: "pipe", timeout: 20_000 });
}

const shm_folder = mkdtempSync("/dev/shm/tierbench-bench-");
const before = { write: await deviceBytesPerS("ib_write_bw"), read: await deviceBytesPerS("ib_read_bw") };
const figures = await benchFabric({
  fabric: SOFT_ROCE,
  shm_folder,
  piece_bytes: PIECE_BYTES,
  pieces: PIECES,
  rounds: 3,
});
const after = { write: await deviceBytesPerS("ib_write_bw"), read: await deviceBytesPerS("ib_read_bw") };
rmSync(shm_folder, { recursive: true });
assert(figures.ok, figures.ok ? "" : figures.error.detail);
const ib_write_bytes_per_s = (before.write + after.write) / 2;
const ib_read_bytes_per_s = (before.read + after.read) / 2;
const line = {
  ...figures.value,
  ib_write_bytes_per_s,
  ib_read_bytes_per_s,
  put_of_device: figures.value.put_bytes_per_s / ib_write_bytes_per_s,
  get_of_device: figures.value.get_bytes_per_s / ib_read_bytes_per_s,
};
process.stdout.write(`rdma_vm: figures ${JSON.stringify(line)}\n`);
