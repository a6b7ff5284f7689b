// One cell of store-bench, as turns: the limit, rounds of put and get, the limit again. A neighbour's load meets both, and a turn in
// which the limit itself did not hold still says nothing (measure/store_bench_figures.ts).

import { NS_PER_S } from "../../domain/units.ts";
import { STEADY_TURNS_MIN } from "../../measure/steady_turns.ts";
import {
  isSteady,
  type TransferCell,
  type TransferFigures,
  type TransferTurn,
  transferFigures,
} from "../../measure/store_bench_figures.ts";
import type { PathLimit } from "./path_limit.ts";
import type { BenchRequester } from "./store_bench_stack.ts";
import { TransferRounds } from "./transfer_rounds.ts";

const TURNS_MIN = 5;
const TURNS_MAX = 400;
const WARM_S = 0.3;
const WARM_S_MAX = 2;
/** A busy machine gets so much more time to hold still. */
const PATIENCE = 3;
const TURNS_PER_ONE_THREAD = 4;

/** `budget_s`: turns end after this, but not before enough of them were steady, or the time was up PATIENCE times. The store is empty before and after. */
export async function measureTransfers(
  requesters: readonly BenchRequester[],
  cell: TransferCell,
  limit: PathLimit,
  budget_s: number,
): Promise<TransferFigures> {
  const rounds = new TransferRounds(requesters.slice(0, cell.requesters), cell);
  await rounds.fill();
  await warm(rounds);
  const rounds_each = limit.roundsEach(cell);
  const turns: TransferTurn[] = [];
  const one_thread_ns: number[] = [];
  const start_ns = rounds.now_ns();
  const spent_s = (): number => (rounds.now_ns() - start_ns) / NS_PER_S;
  let before = limit.batchNs(cell);
  while (isWanted(turns, spent_s() / budget_s)) {
    const put_ns: number[] = [];
    const get_ns: number[] = [];
    for (let i = 0; i < rounds_each; i++) {
      const spent = await rounds.run();
      put_ns.push(spent.put_ns);
      get_ns.push(spent.get_ns);
    }
    const after = limit.batchNs(cell);
    turns.push({ before, put_ns, get_ns, after });
    before = after;
    if (turns.length % TURNS_PER_ONE_THREAD !== 1) continue;
    const by_one = limit.oneThreadNs(cell);
    if (by_one !== null) one_thread_ns.push(by_one);
  }
  await rounds.end();
  return transferFigures(cell, { turns, one_thread_ns, failed_keys: rounds.failed_keys });
}

/** Maps the segment, compiles the code of both processes for this cell and touches the memory that the rounds will use. */
async function warm(rounds: TransferRounds): Promise<void> {
  const start_ns = rounds.now_ns();
  const isWarm = (spent_s: number): boolean =>
    spent_s >= WARM_S_MAX || (spent_s >= WARM_S && rounds.has_walked_round);
  for (let i = 0; i < TURNS_MIN || !isWarm((rounds.now_ns() - start_ns) / NS_PER_S); i++) await rounds.run();
}

function isWanted(turns: readonly TransferTurn[], budgets: number): boolean {
  if (turns.length < TURNS_MIN) return true;
  if (turns.length >= TURNS_MAX || budgets >= PATIENCE) return false;
  return budgets < 1 || turns.filter(isSteady).length < STEADY_TURNS_MIN;
}
