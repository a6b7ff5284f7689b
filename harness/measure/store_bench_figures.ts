// What `bun run store-bench` measures, and the arithmetic from samples to figures. Rates are of whole batches, from the call to
// the last byte and the master's answer; a figure is the median of its rounds, so that a neighbour's load in some of them
// does not decide it. Ratios divide by what the same machine did in the same rounds.

import { assert } from "../domain/assert.ts";
import { NS_PER_S, NS_PER_US } from "../domain/units.ts";
import { quantile, sortAscending } from "../stats/quantile.ts";

/** Put and get of `batch` objects at once by each of `requesters` to a segment of another process. */
export interface TransferFigures {
  readonly object_bytes: number;
  readonly batch: number;
  readonly requesters: number;
  readonly rounds: number;
  /** What the machine does on this path with the same sizes; null: not known. */
  readonly put_limit_bytes_per_s: number | null;
  readonly get_limit_bytes_per_s: number | null;
  readonly put_bytes_per_s: number;
  /** Every byte is verified. */
  readonly get_bytes_per_s: number;
  readonly put_of_limit: number | null;
  readonly get_of_limit: number | null;
  readonly put_us_p50: number;
  readonly get_us_p50: number;
  /** Keys whose put or get failed, or read as stale. Must be 0. */
  readonly failed_keys: number;
}

export interface MasterFigures {
  readonly resident_keys: number;
  /** From one requester, keys of 1024 to a call, several calls out. */
  readonly batch_exist_keys_per_s: number;
  /** One key to a call, several calls out. */
  readonly exist_per_s: number;
  /** One key, one call out. */
  readonly exist_us_p50: number;
  /** 64 bytes to another process and back over a bare unix socket, one out: what exist_us_p50 cannot fall below. */
  readonly socket_echo_us_p50: number;
  readonly exist_of_echo: number;
}

export interface StoreBenchResult {
  readonly schema_version: 2;
  /** How bytes went between requesters and segment, and why so. */
  readonly path: { readonly path: "shm" | "tcp" | "rdma"; readonly why: string; readonly limit: string };
  readonly host: {
    readonly cpu: string;
    readonly cpus: number;
    readonly kernel: string;
    readonly bun: string;
  };
  readonly copy_threads: number;
  readonly transfers: readonly TransferFigures[];
  /** Cells that were not measured, and why. */
  readonly skipped: readonly {
    readonly object_bytes: number;
    readonly batch: number;
    readonly requesters: number;
    readonly reason: string;
  }[];
  readonly master: MasterFigures;
  /** The cells of one requester on another store; null: none was asked for. */
  readonly compared: { readonly store: string; readonly transfers: readonly TransferFigures[] } | null;
}

/** Samples of one cell, ns: one of each a round. */
export interface TransferSamples {
  /** Of the limit; empty: not known. */
  readonly put_limit_ns: readonly number[];
  readonly get_limit_ns: readonly number[];
  readonly put_ns: readonly number[];
  readonly get_ns: readonly number[];
  readonly failed_keys: number;
}

export function transferFigures(
  cell: { readonly object_bytes: number; readonly batch: number; readonly requesters: number },
  samples: TransferSamples,
): TransferFigures {
  const batch_bytes = cell.object_bytes * cell.batch;
  const [put_ns, get_ns] = [median(samples.put_ns), median(samples.get_ns)];
  const moved_bytes = batch_bytes * cell.requesters;
  const limitOf = (ns: readonly number[]): number | null =>
    ns.length === 0 ? null : (batch_bytes * NS_PER_S) / median(ns);
  const put_limit_bytes_per_s = limitOf(samples.put_limit_ns);
  const get_limit_bytes_per_s = limitOf(samples.get_limit_ns);
  const put_bytes_per_s = (moved_bytes * NS_PER_S) / put_ns;
  const get_bytes_per_s = (moved_bytes * NS_PER_S) / get_ns;
  return {
    ...cell,
    rounds: samples.put_ns.length,
    put_limit_bytes_per_s,
    get_limit_bytes_per_s,
    put_bytes_per_s,
    get_bytes_per_s,
    put_of_limit: put_limit_bytes_per_s === null ? null : put_bytes_per_s / put_limit_bytes_per_s,
    get_of_limit: get_limit_bytes_per_s === null ? null : get_bytes_per_s / get_limit_bytes_per_s,
    put_us_p50: put_ns / NS_PER_US,
    get_us_p50: get_ns / NS_PER_US,
    failed_keys: samples.failed_keys,
  };
}

export function median(values: readonly number[]): number {
  assert(values.length > 0, "a median is of something");
  return quantile(sortAscending(values), 0.5);
}
