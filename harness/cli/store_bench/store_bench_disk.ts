// `store-bench --disk DIR`: a file written and read in order by the data plane, in whole blocks with a bounded number under way, and
// by fio in turn, so that a neighbour's load meets both.

import { accessSync, constants, mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DataPlane, DiskFile, Op, Region } from "../../../native/ffi/data_plane.ts";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { MIB } from "../../domain/units.ts";
import {
  type DiskBenchResult,
  type DiskCell,
  type DiskFigures,
  type DiskTurn,
  diskFigures,
} from "../../measure/store_bench_disk_figures.ts";
import { type FioJob, fioVersion, runFio } from "./run_fio.ts";

const FILE_BYTES: number = 512 * MIB;
const TURNS = 12;
const CELLS: readonly DiskCell[] = [
  { block_bytes: MIB, queue_depth: 1 },
  { block_bytes: MIB, queue_depth: 8 },
  { block_bytes: 4 * MIB, queue_depth: 8 },
];

export async function measureDisk(directory: string): Promise<Result<DiskBenchResult, string>> {
  if (!isWritable(directory))
    return err("must be a directory that can be written. Make it, or name another.");
  const folder = mkdtempSync(join(directory, "tb-disk-"));
  const shm = mkdtempSync("/dev/shm/tb-disk-");
  try {
    const fio = fioVersion();
    const figures: DiskFigures[] = [];
    let path_taken = "";
    for (const cell of CELLS) {
      const measured = await measureCell(cell, join(folder, "file"), shm, fio.ok);
      if (!measured.ok) return measured;
      path_taken = measured.value.path_taken;
      figures.push(...measured.value.figures);
      console.error(`store-bench: disk, ${figures.length / 2} of ${CELLS.length} cells`);
    }
    const fio_text = fio.ok ? fio.value : fio.error;
    return ok({ schema_version: 2, folder, file_bytes: FILE_BYTES, path_taken, fio: fio_text, figures });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(shm, { recursive: true, force: true });
  }
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return statSync(directory).isDirectory();
  } catch {
    return false; // ENOENT, EACCES
  }
}

interface MeasuredCell {
  readonly path_taken: string;
  readonly figures: readonly DiskFigures[];
}

async function measureCell(
  cell: DiskCell,
  path: string,
  shm: string,
  with_fio: boolean,
): Promise<Result<MeasuredCell, string>> {
  const plane = openDataPlane({
    slot_count: FILE_BYTES / cell.block_bytes,
    file_depth: cell.queue_depth,
    copy_threads: Math.min(2, cell.queue_depth),
  });
  if (!plane.ok) return err(plane.error.detail);
  try {
    const region = plane.value.createRegion(join(shm, "blocks"), cell.block_bytes * cell.queue_depth, 1);
    if (!region.ok) return err(region.error.detail);
    const file = plane.value.openFile(path, "create", FILE_BYTES);
    if (!file.ok) return err(file.error.detail);
    const figures: DiskFigures[] = [];
    for (const direction of ["write", "read"] as const) {
      const measured = await inTurn(plane.value, file.value, region.value, cell, direction, with_fio);
      if (!measured.ok) return measured;
      figures.push(measured.value);
    }
    const { path_taken } = file.value;
    plane.value.closeFile(file.value);
    return ok({ path_taken, figures });
  } finally {
    await plane.value.close();
    rmSync(path, { force: true });
  }
}

async function inTurn(
  plane: DataPlane,
  file: DiskFile,
  region: Region,
  cell: DiskCell,
  direction: "write" | "read",
  with_fio: boolean,
): Promise<Result<DiskFigures, string>> {
  const fio = (): Result<number | null, string> =>
    with_fio ? runFio(fioJob(file, cell, direction)) : ok(null);
  let failed_ops = (await pass(plane, file, region, cell, direction)).failed_ops; // first touch of the file's blocks
  const turns: DiskTurn[] = [];
  let before = fio();
  while (turns.length < TURNS) {
    if (!before.ok) return before;
    const ours = await pass(plane, file, region, cell, direction);
    failed_ops += ours.failed_ops;
    const after = fio();
    if (!after.ok) return after;
    turns.push({
      fio_before_bytes_per_s: before.value,
      spent_ns: ours.spent_ns,
      fio_after_bytes_per_s: after.value,
    });
    before = after;
  }
  return ok(diskFigures(cell, FILE_BYTES, { direction, turns, failed_ops }));
}

/** The same way to the same file. */
function fioJob({ path, path_taken }: DiskFile, cell: DiskCell, direction: "write" | "read"): FioJob {
  const direct = path_taken !== "pread+buffered";
  const engine = path_taken === "io_uring+direct" ? "io_uring" : "psync";
  return { ...cell, path, file_bytes: FILE_BYTES, direction, direct, engine };
}

async function pass(
  plane: DataPlane,
  file: DiskFile,
  region: Region,
  { block_bytes, queue_depth }: DiskCell,
  direction: "write" | "read",
): Promise<{ readonly spent_ns: number; readonly failed_ops: number }> {
  const ops = Array.from({ length: FILE_BYTES / block_bytes }, (_, i): Op => {
    const offset = (i % queue_depth) * block_bytes;
    const kind = direction === "write" ? "file_write" : "file_read";
    return { kind, file, file_offset: i * block_bytes, region, offset, bytes: block_bytes };
  });
  const start_ns = plane.now_ns();
  const results = await plane.submit(ops);
  return {
    spent_ns: plane.now_ns() - start_ns,
    failed_ops: results.filter(({ code }) => code !== "ok").length,
  };
}
