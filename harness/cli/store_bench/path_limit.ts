// What a machine can do at most on the path that a bench measures, measured in turn with it: memcpy for shared memory, a plain
// TCP stream over loopback for tcp, and what perftest gets of the device for rdma.

import { LoopbackBaseline } from "../../../native/ffi/loopback_baseline.ts";
import { MemcpyBaseline } from "../../../native/ffi/memcpy_baseline.ts";
import { ok, type Result } from "../../domain/result.ts";
import { MIB, NS_PER_S } from "../../domain/units.ts";
import type { LimitNs, TransferCell } from "../../measure/store_bench_figures.ts";
import { type PerftestTarget, perftestBytesPerS } from "./perftest_limit.ts";

export type BenchPath = "shm" | "tcp" | "rdma";

export const LIMIT_NAMES: Readonly<Record<BenchPath, string>> = {
  shm: "memcpy between two buffers by as many threads as the requesters have and CPUs allow",
  tcp: "one plain TCP stream over loopback with the same pieces",
  rdma: "perftest (ib_write_bw for puts, ib_read_bw for gets)",
};

export interface PathLimit {
  /** Wall ns of one batch of each requester; null: not known. */
  batchNs(cell: TransferCell): LimitNs | null;
  /** The same bytes by one thread; null: on this path there is no such limit. */
  oneThreadNs(cell: TransferCell): number | null;
  /** Rounds of the bench to each of the limit: a long one disturbs what runs next. */
  roundsEach(cell: TransferCell): number;
  close(): void;
}

/** Caches of a core do not hold so much, as they do not hold a segment. */
const LEAST_BYTES: number = 16 * MIB;
const MOST_ROUNDS_EACH = 32;

export async function openPathLimit(
  path: BenchPath,
  buffer_bytes: number,
  copy_threads: number,
  device: PerftestTarget | null,
): Promise<Result<PathLimit, { readonly detail: string }>> {
  if (path === "rdma") return ok(await deviceLimit(device));
  if (path === "shm") return memcpyLimit(buffer_bytes, copy_threads);
  const stream = LoopbackBaseline.open(buffer_bytes);
  if (!stream.ok) return stream;
  return ok({
    batchNs: (cell) =>
      bothWays(timeOf(cell, buffer_bytes, (bytes, pieces) => stream.value.streamNs(bytes, pieces))),
    oneThreadNs: () => null,
    roundsEach,
    close: () => stream.value.close(),
  });
}

function memcpyLimit(
  buffer_bytes: number,
  copy_threads: number,
): Result<PathLimit, { readonly detail: string }> {
  const memcpy = MemcpyBaseline.open(buffer_bytes);
  if (!memcpy.ok) return memcpy;
  const copyBy = (cell: TransferCell, threads: number): number =>
    timeOf(cell, buffer_bytes, (bytes, pieces) => memcpy.value.copyNs(bytes, pieces, threads));
  return ok({
    batchNs(cell) {
      const threads = cell.requesters * Math.min(copy_threads, cell.batch);
      return bothWays(copyBy(cell, Math.min(threads, navigator.hardwareConcurrency)));
    },
    oneThreadNs: (cell) => copyBy(cell, 1),
    roundsEach,
    close: () => memcpy.value.close(),
  });
}

/** Small batches are timed as a part of a larger transfer, in which starting threads does not count; what the buffers do not hold, by a part. */
function timeOf(
  { object_bytes, batch, requesters }: TransferCell,
  buffer_bytes: number,
  run: (bytes: number, pieces: number) => number,
): number {
  const objects = batch * requesters;
  const wanted = Math.max(objects, Math.ceil(LEAST_BYTES / object_bytes));
  const pieces = Math.min(wanted, Math.floor(buffer_bytes / object_bytes));
  return (run(object_bytes, pieces) * objects) / pieces;
}

function roundsEach({ object_bytes, batch, requesters }: TransferCell): number {
  const round_bytes = object_bytes * batch * requesters;
  return Math.max(1, Math.min(MOST_ROUNDS_EACH, Math.floor(LEAST_BYTES / round_bytes)));
}

function bothWays(ns: number): LimitNs {
  return { put_ns: ns, get_ns: ns };
}

/** Measured once: perftest takes a second and needs the device for itself. */
async function deviceLimit(device: PerftestTarget | null): Promise<PathLimit> {
  const write = device === null ? null : await perftestBytesPerS("ib_write_bw", device);
  const read = device === null ? null : await perftestBytesPerS("ib_read_bw", device);
  const nsOf = (bytes_per_s: number, { object_bytes, batch, requesters }: TransferCell): number =>
    (object_bytes * batch * requesters * NS_PER_S) / bytes_per_s;
  return {
    batchNs: (cell) =>
      write?.ok === true && read?.ok === true
        ? { put_ns: nsOf(write.value, cell), get_ns: nsOf(read.value, cell) }
        : null,
    oneThreadNs: () => null,
    roundsEach: () => 1,
    close: () => {},
  };
}
