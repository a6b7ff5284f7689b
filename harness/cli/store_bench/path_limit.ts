// What a machine can do at most on the path that a bench measures, measured in the same rounds: memcpy for shared memory, a plain
// TCP stream over loopback for tcp, and what perftest gets of the device for rdma.

import { LoopbackBaseline } from "../../../native/ffi/loopback_baseline.ts";
import { MemcpyBaseline } from "../../../native/ffi/memcpy_baseline.ts";
import { ok, type Result } from "../../domain/result.ts";
import { MIB, NS_PER_S } from "../../domain/units.ts";
import { type PerftestTarget, perftestBytesPerS } from "./perftest_limit.ts";

export type BenchPath = "shm" | "tcp" | "rdma";

export const LIMIT_NAMES: Readonly<Record<BenchPath, string>> = {
  shm: "memcpy between two buffers by as many threads",
  tcp: "a plain TCP stream over loopback with the same pieces",
  rdma: "perftest (ib_write_bw for puts, ib_read_bw for gets)",
};

export interface Batch {
  readonly object_bytes: number;
  readonly batch: number;
}

export interface PathLimit {
  /** Wall ns of one batch by one requester's threads; null: not known. */
  batchNs(batch: Batch): { readonly put_ns: number; readonly get_ns: number } | null;
  /** Rounds of the bench to each of the limit: a long one disturbs what runs next. */
  roundsEach(batch: Batch): number;
  close(): void;
}

/** Caches of a core do not hold so much, as they do not hold a segment. */
const LEAST_BYTES: number = 16 * MIB;
const MOST_ROUNDS_EACH = 32;

export async function openPathLimit(
  path: BenchPath,
  most_bytes: number,
  copy_threads: number,
  device: PerftestTarget | null,
): Promise<Result<PathLimit, { readonly detail: string }>> {
  if (path === "rdma") return ok(await deviceLimit(device));
  const buffer_bytes = Math.max(LEAST_BYTES, most_bytes);
  if (path === "shm") {
    const memcpy = MemcpyBaseline.open(buffer_bytes);
    if (!memcpy.ok) return memcpy;
    const run = (bytes: number, pieces: number, batch: number): number =>
      memcpy.value.copyNs(bytes, pieces, Math.min(copy_threads, batch));
    return ok(repeated(run, () => memcpy.value.close()));
  }
  const stream = LoopbackBaseline.open(buffer_bytes);
  if (!stream.ok) return stream;
  return ok(
    repeated(
      (bytes, pieces) => stream.value.streamNs(bytes, pieces),
      () => stream.value.close(),
    ),
  );
}

/** Small batches are timed as a part of a larger transfer, in which starting threads does not count. */
function repeated(
  run: (bytes: number, pieces: number, batch: number) => number,
  close: () => void,
): PathLimit {
  return {
    batchNs({ object_bytes, batch }) {
      const pieces = Math.max(batch, Math.ceil(LEAST_BYTES / object_bytes));
      const ns = (run(object_bytes, pieces, batch) * batch) / pieces;
      return { put_ns: ns, get_ns: ns };
    },
    roundsEach({ object_bytes, batch }) {
      return Math.max(1, Math.min(MOST_ROUNDS_EACH, Math.floor(LEAST_BYTES / (object_bytes * batch))));
    },
    close,
  };
}

/** Measured once: perftest takes a second and needs the device for itself. */
async function deviceLimit(device: PerftestTarget | null): Promise<PathLimit> {
  const write = device === null ? null : await perftestBytesPerS("ib_write_bw", device);
  const read = device === null ? null : await perftestBytesPerS("ib_read_bw", device);
  const nsOf = (bytes_per_s: number, { object_bytes, batch }: Batch): number =>
    (object_bytes * batch * NS_PER_S) / bytes_per_s;
  return {
    batchNs: (batch) =>
      write?.ok === true && read?.ok === true
        ? { put_ns: nsOf(write.value, batch), get_ns: nsOf(read.value, batch) }
        : null,
    roundsEach: () => 1,
    close: () => {},
  };
}
