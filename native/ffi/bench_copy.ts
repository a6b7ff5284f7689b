// How fast blocks move between two regions, beside what memcpy does in the same run with as many threads. Rounds of memcpy,
// put and get alternate, so that a neighbour's load meets all three; a figure is the median of its rounds.

import { join } from "node:path";
import { present } from "../../harness/domain/assert.ts";
import type { BlockHash } from "../../harness/domain/block_hash.ts";
import { ok, type Result } from "../../harness/domain/result.ts";
import type { BlockIdentity, DataPlane, Op, Region, RegionError } from "./data_plane.ts";
import { MemcpyBaseline } from "./memcpy_baseline.ts";
import type { NativeOpenError } from "./native_open_error.ts";
import { openDataPlane } from "./open_data_plane.ts";

export interface CopyBenchOptions {
  /** Folder in shared memory. */
  readonly shm_folder: string;
  readonly piece_bytes: number;
  readonly pieces: number;
  readonly rounds: number;
  readonly copy_threads: number;
}

/** bytes_per_s over whole batches, from submit to the batch's promise; piece_ns_p50 for one piece at a time. */
export interface CopyFigures {
  readonly memcpy_bytes_per_s: number;
  /** Plain copies, as a put. */
  readonly put_bytes_per_s: number;
  /** Copies that are verified, as a get. */
  readonly get_bytes_per_s: number;
  readonly put_of_memcpy: number;
  readonly get_of_memcpy: number;
  readonly put_piece_ns_p50: number;
  readonly failed_ops: number;
}

export async function benchCopy(
  options: CopyBenchOptions,
): Promise<Result<CopyFigures, NativeOpenError | RegionError>> {
  const plane = openDataPlane({ copy_threads: options.copy_threads });
  if (!plane.ok) return plane;
  try {
    const region_bytes = options.piece_bytes * options.pieces;
    const from = plane.value.createRegion(join(options.shm_folder, "bench_from"), region_bytes, 1);
    if (!from.ok) return from;
    const to = plane.value.createRegion(join(options.shm_folder, "bench_to"), region_bytes, 1);
    if (!to.ok) return to;
    const memcpy = MemcpyBaseline.open(region_bytes);
    if (!memcpy.ok) return memcpy;
    const figures = await measure(memcpy.value, plane.value, options, from.value, to.value);
    memcpy.value.close();
    return ok(figures);
  } finally {
    await plane.value.close();
  }
}

async function measure(
  memcpy: MemcpyBaseline,
  plane: DataPlane,
  options: CopyBenchOptions,
  from: Region,
  to: Region,
): Promise<CopyFigures> {
  const { piece_bytes, pieces, copy_threads } = options;
  const puts = copies(options, from, to, false);
  const gets = copies(options, from, to, true);
  const spent_ns = {
    memcpy: [] as number[],
    put: [] as number[],
    get: [] as number[],
    piece: [] as number[],
  };
  let failed_ops = await run(plane, fills(options, from), []);
  failed_ops += await run(plane, gets, []); // warms what no round should pay for
  for (let round = 0; round < options.rounds; round++) {
    spent_ns.memcpy.push(memcpy.copyNs(piece_bytes, pieces, copy_threads));
    failed_ops += await run(plane, puts, spent_ns.put);
    failed_ops += await run(plane, gets, spent_ns.get);
    for (const put of puts) failed_ops += await run(plane, [put], spent_ns.piece);
  }
  const rate = (ns: readonly number[]) => (piece_bytes * pieces * 1e9) / median(ns);
  return {
    memcpy_bytes_per_s: rate(spent_ns.memcpy),
    put_bytes_per_s: rate(spent_ns.put),
    get_bytes_per_s: rate(spent_ns.get),
    put_of_memcpy: median(spent_ns.memcpy) / median(spent_ns.put),
    get_of_memcpy: median(spent_ns.memcpy) / median(spent_ns.get),
    put_piece_ns_p50: median(spent_ns.piece),
    failed_ops,
  };
}

/** Runs one batch, notes how long it took and returns how many of its ops failed. */
async function run(plane: DataPlane, ops: readonly Op[], spent_ns: number[]): Promise<number> {
  const start_ns = plane.now_ns();
  const results = await plane.submit(ops);
  spent_ns.push(plane.now_ns() - start_ns);
  return results.filter((result) => result.code !== "ok").length;
}

function identityOf(piece: number): BlockIdentity {
  return { model_id: 1, hash: piece as BlockHash, weights_version: 1 };
}

function fills(options: CopyBenchOptions, region: Region): Op[] {
  const bytes = options.piece_bytes;
  return Array.from({ length: options.pieces }, (_, piece) => ({
    kind: "fill",
    region,
    offset: piece * bytes,
    bytes,
    identity: identityOf(piece),
  }));
}

function copies(options: CopyBenchOptions, from: Region, to: Region, verified: boolean): Op[] {
  const bytes = options.piece_bytes;
  return Array.from({ length: options.pieces }, (_, piece) => ({
    kind: "copy",
    from,
    from_offset: piece * bytes,
    to,
    to_offset: piece * bytes,
    bytes,
    verify: verified ? identityOf(piece) : null,
    earliest_done_ns: 0,
  }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return present(sorted[Math.floor(sorted.length / 2)], "a median is of something");
}
