// Measures put and get over Soft-RoCE beside what the device gives to perftest, turn by turn, so that a neighbour's load meets both;
// runs inside the VM and prints one line, "rdma_vm: figures {…}".

import { mkdtempSync, rmSync } from "node:fs";
import { perftestBytesPerS } from "../../harness/cli/store_bench/perftest_limit.ts";
import { assert, present } from "../../harness/domain/assert.ts";
import { benchFabric, type FabricFigures } from "../../native/ffi/bench_fabric.ts";
import type { GuestFigures } from "./guest_figures.ts";
import { SOFT_ROCE } from "./soft_roce.ts";

const PIECE_BYTES = 1 << 20;
const PIECES = 16;
const TURNS = 6;
/** Put and get of ours in each turn, of which a turn has the median. */
const ROUNDS = 3;
const DEVICE = { device: "rxe0", gid_index: 1, host: "10.77.0.1" };

const write: number[] = [];
const read: number[] = [];
const ours: FabricFigures[] = [];
for (let turn = 0; turn < TURNS; turn++) {
  // Who goes first changes, for a load that comes and goes.
  if (turn % 2 === 0) await measureDevice();
  ours.push(await measureOurs());
  if (turn % 2 === 1) await measureDevice();
}
const sum = (of: (one: FabricFigures) => number): number => ours.reduce((all, one) => all + of(one), 0);
const figures: GuestFigures = {
  path_taken: present(ours[0], "there was a turn").path_taken,
  put_bytes_per_s: ours.map((one) => one.put_bytes_per_s),
  get_bytes_per_s: ours.map((one) => one.get_bytes_per_s),
  ib_write_bytes_per_s: write,
  ib_read_bytes_per_s: read,
  failed_ops: sum((one) => one.failed_ops),
  corrupt_pieces: sum((one) => one.corrupt_pieces),
};
process.stdout.write(`rdma_vm: figures ${JSON.stringify(figures)}\n`);

async function measureDevice(): Promise<void> {
  write.push(await deviceBytesPerS("ib_write_bw"));
  read.push(await deviceBytesPerS("ib_read_bw"));
}

async function deviceBytesPerS(tool: "ib_write_bw" | "ib_read_bw"): Promise<number> {
  const rate = await perftestBytesPerS(tool, DEVICE);
  assert(rate.ok, rate.ok ? "" : rate.error);
  return rate.value;
}

async function measureOurs(): Promise<FabricFigures> {
  const shm_folder = mkdtempSync("/dev/shm/tierbench-bench-");
  const measured = await benchFabric({
    fabric: SOFT_ROCE,
    shm_folder,
    piece_bytes: PIECE_BYTES,
    pieces: PIECES,
    rounds: ROUNDS,
  });
  rmSync(shm_folder, { recursive: true });
  assert(measured.ok, measured.ok ? "" : measured.error.detail);
  return measured.value;
}
