// Measures put and get over Soft-RoCE beside what the device gives to perftest; runs inside the VM and prints one line,
// "rdma_vm: figures {…}". Runs of perftest stand before and after ours; their mean is the device's limit.

import { mkdtempSync, rmSync } from "node:fs";
import { perftestBytesPerS } from "../../harness/cli/store_bench/perftest_limit.ts";
import { assert } from "../../harness/domain/assert.ts";
import { benchFabric } from "../../native/ffi/bench_fabric.ts";
import { SOFT_ROCE } from "./soft_roce.ts";

const PIECE_BYTES = 1 << 20;
const PIECES = 16;

async function deviceBytesPerS(tool: "ib_write_bw" | "ib_read_bw"): Promise<number> {
  const rate = await perftestBytesPerS(tool, { device: "rxe0", gid_index: 1, host: "10.77.0.1" });
  assert(rate.ok, rate.ok ? "" : rate.error);
  return rate.value;
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
