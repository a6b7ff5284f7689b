// Bucket-sized reads and writes through the data plane, as an owner makes them.

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DataPlane, DiskFile, Op, Region } from "../../../native/ffi/data_plane.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { KIB, MIB, NS_PER_S } from "../../domain/units.ts";
import type { HostMeasurements } from "../../sim/fit_host_profile.ts";
import { quantile } from "../../stats/quantile.ts";

const FILE_BYTES: number = 64 * MIB;
const OP_BYTES: number = 1 * MIB;
const DEPTH = 8;
const SMALL_BYTES: number = 64 * KIB;
const SMALL_READS = 100;

export type DiskMeasurements = Pick<
  HostMeasurements,
  "disk_read_bytes_per_s" | "disk_write_bytes_per_s" | "disk_latency_ns" | "disk_depth"
>;

export async function measureDisk(
  plane: DataPlane,
  directory: string,
): Promise<Result<DiskMeasurements, string>> {
  const folder = mkdtempSync(join(directory, "tb-disk-"));
  const shm = mkdtempSync("/dev/shm/tb-calibrate-");
  try {
    const region = plane.createRegion(join(shm, "disk"), DEPTH * OP_BYTES, 1);
    if (!region.ok) return err(region.error.detail);
    const file = plane.openFile(join(folder, "file"), "create", FILE_BYTES);
    if (!file.ok) return err(file.error.detail);
    const measured = await measure(plane, file.value, region.value);
    plane.closeFile(file.value);
    plane.closeRegion(region.value);
    return measured;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(shm, { recursive: true, force: true });
  }
}

async function measure(
  plane: DataPlane,
  file: DiskFile,
  region: Region,
): Promise<Result<DiskMeasurements, string>> {
  const write_ns = await pass(plane, "file_write", file, region);
  const read_ns = await pass(plane, "file_read", file, region);
  if (write_ns === null || read_ns === null) return err(`${file.path}: could not be written and read`);
  const small_ns = await smallReads(plane, file, region);
  const disk_read_bytes_per_s = (FILE_BYTES * NS_PER_S) / read_ns;
  return ok({
    disk_read_bytes_per_s,
    disk_write_bytes_per_s: (FILE_BYTES * NS_PER_S) / write_ns,
    disk_latency_ns: Math.max(0, small_ns - (SMALL_BYTES * NS_PER_S) / disk_read_bytes_per_s),
    disk_depth: DEPTH,
  });
}

/** The whole file, DEPTH ops at a time. Null: an op failed. */
async function pass(
  plane: DataPlane,
  kind: "file_write" | "file_read",
  file: DiskFile,
  region: Region,
): Promise<number | null> {
  const start_ns = plane.now_ns();
  for (let file_offset = 0; file_offset < FILE_BYTES; file_offset += DEPTH * OP_BYTES) {
    const ops = Array.from({ length: DEPTH }, (_, i): Op => {
      const offset = i * OP_BYTES;
      return { kind, file, region, offset, file_offset: file_offset + offset, bytes: OP_BYTES };
    });
    const results = await plane.submit(ops);
    if (results.some((result) => result.code !== "ok")) return null;
  }
  return plane.now_ns() - start_ns;
}

async function smallReads(plane: DataPlane, file: DiskFile, region: Region): Promise<number> {
  const spent_ns: number[] = [];
  for (let i = 0; i < SMALL_READS; i++) {
    const start_ns = plane.now_ns();
    const file_offset = (i * 7 * SMALL_BYTES) % FILE_BYTES;
    await plane.submit([{ kind: "file_read", file, region, offset: 0, file_offset, bytes: SMALL_BYTES }]);
    spent_ns.push(plane.now_ns() - start_ns);
  }
  return quantile(
    spent_ns.sort((a, b) => a - b),
    0.5,
  );
}
