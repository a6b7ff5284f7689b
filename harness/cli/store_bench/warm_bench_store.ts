// A new process has not compiled its code, and the first rows of a bench would pay for it: small batches, of which thousands fit a
// second, take requester and master through all that a put and a get do.

import { KIB, NS_PER_S } from "../../domain/units.ts";
import type { BenchRequester } from "./store_bench_stack.ts";
import { TransferRounds } from "./transfer_rounds.ts";

const WARM_S = 2;

/** Leaves the store empty. */
export async function warmBenchStore(requester: BenchRequester): Promise<void> {
  const rounds = new TransferRounds([requester], { object_bytes: 4 * KIB, batch: 32, requesters: 1 });
  await rounds.fill();
  const end_ns = rounds.now_ns() + WARM_S * NS_PER_S;
  while (rounds.now_ns() < end_ns) await rounds.run();
  await rounds.end();
}
