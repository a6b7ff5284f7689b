// One cell of store-bench: rounds of memcpy, put and get take turns, so that a neighbour's load meets all three.

import { loadNativeLibrary, type NativeLibrary } from "../../native/ffi/native_library.ts";
import { assert, present } from "../domain/assert.ts";
import type { BlockHash } from "../domain/block_hash.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../domain/replica.ts";
import { MIB, NS_PER_S } from "../domain/units.ts";
import { type TransferFigures, transferFigures } from "../measure/store_bench_figures.ts";
import type { GetItem } from "../stack/store_items.ts";
import type { BenchRequester } from "./store_bench_stack.ts";

export interface TransferCell {
  readonly object_bytes: number;
  readonly batch: number;
  readonly requesters: number;
}

const MIN_ROUNDS = 5;
const MAX_ROUNDS = 400;
const MAX_ROUNDS_PER_MEMCPY = 32;
const MEMCPY_BYTES_MIN: number = 16 * MIB;

let keys_made = 0;

/** `budget_s`: rounds stop after this, but not before MIN_ROUNDS. The store is empty before and after. */
export async function measureTransfers(
  requesters: readonly BenchRequester[],
  cell: TransferCell,
  copy_threads: number,
  budget_s: number,
): Promise<TransferFigures> {
  const used = requesters.slice(0, cell.requesters);
  const first = present(used[0], "a cell has a requester");
  for (const requester of used) await fill(requester, cell);
  const native = loadNativeLibrary();
  assert(native.ok, "the native library has been loaded by the requesters");
  const memcpy_ns: number[] = [];
  const put_ns: number[] = [];
  const get_ns: number[] = [];
  let failed_keys = 0;
  await round(used, cell); // maps the segment and warms the code
  const rounds_per_memcpy = roundsPerMemcpy(cell);
  const end_ns = first.plane.now_ns() + budget_s * NS_PER_S;
  for (let i = 0; i < MAX_ROUNDS && (i < MIN_ROUNDS || first.plane.now_ns() < end_ns); i++) {
    if (i % rounds_per_memcpy === 0) memcpy_ns.push(memcpyNs(native.value, cell, copy_threads));
    const spent = await round(used, cell);
    put_ns.push(spent.put_ns);
    get_ns.push(spent.get_ns);
    failed_keys += spent.failed_keys;
  }
  return transferFigures(cell, { memcpy_ns, put_ns, get_ns, failed_keys });
}

/**
 * One batch by memcpy, of memory that no cache of a core holds, as a segment's is: small batches are timed as a part of a larger
 * copy, in which starting threads does not count either.
 */
function memcpyNs(
  native: NativeLibrary,
  { object_bytes, batch }: TransferCell,
  copy_threads: number,
): number {
  const pieces = Math.max(batch, Math.ceil(MEMCPY_BYTES_MIN / object_bytes));
  const threads = Math.min(copy_threads, batch);
  return (native.tb_measure_memcpy(object_bytes, pieces, 1, threads) * batch) / pieces;
}

/** A memcpy is a disturbance to what runs next: short rounds follow it in groups. */
function roundsPerMemcpy({ object_bytes, batch }: TransferCell): number {
  return Math.max(1, Math.min(MAX_ROUNDS_PER_MEMCPY, Math.floor(MEMCPY_BYTES_MIN / (object_bytes * batch))));
}

/** New keys every time: a put of a key that exists copies nothing. */
async function round(
  requesters: readonly BenchRequester[],
  cell: TransferCell,
): Promise<{ put_ns: number; get_ns: number; failed_keys: number }> {
  const first = present(requesters[0], "a round has a requester");
  const work = requesters.map((requester) => ({ requester, items: itemsOf(requester, cell) }));
  const start_ns = first.plane.now_ns();
  const puts = await Promise.all(
    work.map(({ requester, items }) => requester.client.put(items, DEFAULT_REPLICATE_CONFIG)),
  );
  const put_end_ns = first.plane.now_ns();
  const gets = await Promise.all(work.map(({ requester, items }) => requester.client.get(items)));
  const get_end_ns = first.plane.now_ns();
  await first.client.removeAll(true);
  const bad_puts = puts.flat().filter((code) => code !== 0).length;
  const bad_gets = gets.flat().filter(({ code, stale }) => code !== cell.object_bytes || stale).length;
  return { put_ns: put_end_ns - start_ns, get_ns: get_end_ns - put_end_ns, failed_keys: bad_puts + bad_gets };
}

function itemsOf({ memory }: BenchRequester, { object_bytes, batch }: TransferCell): GetItem[] {
  return Array.from({ length: batch }, (_, i) => ({
    key: `bench@${(keys_made++).toString(16).padStart(16, "0")}`,
    region: memory,
    offset: i * object_bytes,
    bytes: object_bytes,
    identity: identityOf(i),
  }));
}

async function fill({ plane, memory }: BenchRequester, { object_bytes, batch }: TransferCell): Promise<void> {
  await plane.submit(
    Array.from({ length: batch }, (_, i) => ({
      kind: "fill" as const,
      region: memory,
      offset: i * object_bytes,
      bytes: object_bytes,
      identity: identityOf(i),
    })),
  );
}

function identityOf(block: number): NonNullable<GetItem["identity"]> {
  return { model_id: 1, hash: block as BlockHash, weights_version: 1 };
}
