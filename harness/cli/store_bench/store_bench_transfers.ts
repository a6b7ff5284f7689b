// One cell of store-bench: rounds of the limit, put and get take turns, so that a neighbour's load meets all three.

import { present } from "../../domain/assert.ts";
import type { BlockHash } from "../../domain/block_hash.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import { NS_PER_S } from "../../domain/units.ts";
import { type TransferFigures, transferFigures } from "../../measure/store_bench_figures.ts";
import type { GetItem } from "../../stack/store_items.ts";
import type { PathLimit } from "./path_limit.ts";
import type { BenchRequester } from "./store_bench_stack.ts";

export interface TransferCell {
  readonly object_bytes: number;
  readonly batch: number;
  readonly requesters: number;
}

const MIN_ROUNDS = 5;
const MAX_ROUNDS = 400;
const WARM_S = 0.3;

let keys_made = 0;

/** `budget_s`: rounds stop after this, but not before MIN_ROUNDS. The store is empty before and after. */
export async function measureTransfers(
  requesters: readonly BenchRequester[],
  cell: TransferCell,
  limit: PathLimit,
  budget_s: number,
): Promise<TransferFigures> {
  const used = requesters.slice(0, cell.requesters);
  const first = present(used[0], "a cell has a requester");
  for (const requester of used) await fill(requester, cell);
  const put_limit_ns: number[] = [];
  const get_limit_ns: number[] = [];
  const put_ns: number[] = [];
  const get_ns: number[] = [];
  let failed_keys = 0;
  const rounds_each = limit.roundsEach(cell);
  // Maps the segment, warms the code of both processes and touches the memory that the rounds will use.
  const warm_ns = first.plane.now_ns() + WARM_S * NS_PER_S;
  for (let i = 0; i < MIN_ROUNDS || first.plane.now_ns() < warm_ns; i++) await round(used, cell);
  const end_ns = first.plane.now_ns() + budget_s * NS_PER_S;
  for (let i = 0; i < MAX_ROUNDS && (i < MIN_ROUNDS || first.plane.now_ns() < end_ns); i++) {
    const most = i % rounds_each === 0 ? limit.batchNs(cell) : null;
    if (most !== null) {
      put_limit_ns.push(most.put_ns);
      get_limit_ns.push(most.get_ns);
    }
    const spent = await round(used, cell);
    put_ns.push(spent.put_ns);
    get_ns.push(spent.get_ns);
    failed_keys += spent.failed_keys;
  }
  return transferFigures(cell, { put_limit_ns, get_limit_ns, put_ns, get_ns, failed_keys });
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
