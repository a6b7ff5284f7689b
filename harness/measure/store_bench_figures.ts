// What `bun run store-bench` measures, and the arithmetic from samples to figures. Rates are of whole batches, from the call to
// the last byte and the master's answer. A ratio is the median over turns (steady_turns.ts) of limit ÷ work.

import { assert } from "../domain/assert.ts";
import { NS_PER_S, NS_PER_US } from "../domain/units.ts";
import { quantile, sortAscending } from "../stats/quantile.ts";
import { heldStill, type Ratio, ratioOf, steadyOrAll } from "./steady_turns.ts";

/** Put and get of `batch` objects at once by each of `requesters` to a segment of another process. */
export interface TransferCell {
  readonly object_bytes: number;
  readonly batch: number;
  readonly requesters: number;
}

export interface TransferFigures extends TransferCell {
  readonly turns: number;
  /** Turns in which the limit held still. The figures are of these, or of all when they are fewer than STEADY_TURNS_MIN. */
  readonly steady_turns: number;
  /** What the machine does on this path with the same bytes and threads; null: not known. */
  readonly put_limit_bytes_per_s: number | null;
  readonly get_limit_bytes_per_s: number | null;
  /** What one thread of it does; null: the path has no such limit. */
  readonly one_thread_bytes_per_s: number | null;
  readonly put_bytes_per_s: number;
  /** Every byte is verified. */
  readonly get_bytes_per_s: number;
  readonly put_of_limit: Ratio | null;
  readonly get_of_limit: Ratio | null;
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
  /** The same with both processes on one CPU, where none has to be woken; null: that cannot be had here. */
  readonly socket_echo_one_cpu_us_p50: number | null;
  readonly exist_of_echo: number;
}

export interface StoreBenchResult {
  readonly schema_version: 3;
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
  readonly skipped: readonly (TransferCell & { readonly reason: string })[];
  readonly master: MasterFigures;
  /** The cells of one requester on another store; null: none was asked for. */
  readonly compared: { readonly store: string; readonly transfers: readonly TransferFigures[] } | null;
}

/** Wall ns of one batch of each requester at the limit. */
export interface LimitNs {
  readonly put_ns: number;
  readonly get_ns: number;
}

/** Rounds between two looks at the limit. */
export interface TransferTurn {
  /** Null: the limit is not known. */
  readonly before: LimitNs | null;
  /** [rounds]; each of one batch of each requester. */
  readonly put_ns: readonly number[];
  readonly get_ns: readonly number[];
  readonly after: LimitNs | null;
}

export interface TransferSamples {
  readonly turns: readonly TransferTurn[];
  /** Wall ns of the same bytes by one thread. */
  readonly one_thread_ns: readonly number[];
  readonly failed_keys: number;
}

export function isSteady({ before, after }: TransferTurn): boolean {
  if (before === null || after === null) return true;
  return heldStill(before.put_ns, after.put_ns) && heldStill(before.get_ns, after.get_ns);
}

export function transferFigures(cell: TransferCell, samples: TransferSamples): TransferFigures {
  const used = steadyOrAll(samples.turns, isSteady);
  const bytesPerS = (ns: number): number =>
    (cell.object_bytes * cell.batch * cell.requesters * NS_PER_S) / ns;
  const put_ns = median(used.flatMap((turn) => turn.put_ns));
  const get_ns = median(used.flatMap((turn) => turn.get_ns));
  const limited = used.flatMap((turn) => {
    const limit = meanLimit(turn);
    return limit === null ? [] : [{ turn, limit }];
  });
  const limitOf = (way: keyof LimitNs): number | null =>
    limited.length === 0 ? null : bytesPerS(median(limited.map(({ limit }) => limit[way])));
  const ratio = (way: keyof LimitNs): Ratio | null =>
    limited.length === 0 ? null : ratioOf(limited.map(({ turn, limit }) => limit[way] / median(turn[way])));
  return {
    ...cell,
    turns: samples.turns.length,
    steady_turns: samples.turns.filter(isSteady).length,
    put_limit_bytes_per_s: limitOf("put_ns"),
    get_limit_bytes_per_s: limitOf("get_ns"),
    one_thread_bytes_per_s:
      samples.one_thread_ns.length > 0 ? bytesPerS(median(samples.one_thread_ns)) : null,
    put_bytes_per_s: bytesPerS(put_ns),
    get_bytes_per_s: bytesPerS(get_ns),
    put_of_limit: ratio("put_ns"),
    get_of_limit: ratio("get_ns"),
    put_us_p50: put_ns / NS_PER_US,
    get_us_p50: get_ns / NS_PER_US,
    failed_keys: samples.failed_keys,
  };
}

function meanLimit({ before, after }: TransferTurn): LimitNs | null {
  if (before === null || after === null) return null;
  return { put_ns: (before.put_ns + after.put_ns) / 2, get_ns: (before.get_ns + after.get_ns) / 2 };
}

export function median(values: readonly number[]): number {
  assert(values.length > 0, "a median is of something");
  return quantile(sortAscending(values), 0.5);
}
